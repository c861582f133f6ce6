import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reading } from '../../../agent_console/web/src/supervisor/reading.ts';

/** A clock that stands still until it is moved, with its timers. */
class Time {
  now = 1_000_000;
  #timers = new Map<number, { at: number; run: () => void }>();
  #ids = 0;

  later = (run: () => void, ms: number) => {
    this.#ids += 1;
    this.#timers.set(this.#ids, { at: this.now + ms, run });
    return this.#ids as unknown as ReturnType<typeof setTimeout>;
  };

  forget = (timer: ReturnType<typeof setTimeout> | undefined) => {
    this.#timers.delete(timer as unknown as number);
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Move on, running what falls due, and whatever that promises. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const next = [...this.#timers].sort((a, b) => a[1].at - b[1].at)[0];
      if (!next || next[1].at > end) break;
      this.#timers.delete(next[0]);
      this.now = Math.max(this.now, next[1].at);
      next[1].run();
    }
    this.now = end;
    await settled();
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(dueIn: number | null = null, takes = 0) {
  const time = new Time();
  const due = dueIn === null ? null : time.now + dueIn;
  const read: number[] = [];
  const state = { fails: false, took: 0, failed: 0 };
  const reading = new Reading<number>({
    read: async () => {
      read.push(time.now);
      if (takes) await new Promise<void>((resolve) => void time.later(resolve, takes));
      if (state.fails) throw new Error('away');
      return read.length;
    },
    took: () => (state.took += 1),
    failed: () => (state.failed += 1),
    dueAt: () => due,
    now: () => time.now,
    later: time.later,
    forget: time.forget,
  });
  const start = time.now;
  return { time, reading, state, at: () => read.map((one) => one - start) };
}

test('without events it reads twice a minute, no more', async () => {
  const { time, reading, at } = setUp();
  reading.start();
  await time.pass(95_000);
  assert.deepEqual(at(), [0, 30_000, 60_000, 90_000]);
});

test('an event is read at once, a storm of them once a second', async () => {
  const { time, reading, at } = setUp();
  reading.start();
  await time.pass(5_000);
  reading.happened();
  await time.pass(500);
  assert.deepEqual(at(), [0, 5_120]);
  for (let n = 0; n < 300; n += 1) {
    reading.happened();
    await time.pass(10);
  }
  await time.pass(1_000);
  const pauses = at().slice(1).map((one, index) => one - (at()[index] as number));
  assert.ok(Math.min(...pauses) >= 1_000, String(pauses));
  assert.equal(at().length, 2 + 4);
});

test('what happens while it is read is read after it', async () => {
  const { time, reading, at } = setUp(null, 400);
  reading.start();
  await time.pass(200);
  reading.happened();
  reading.happened();
  await time.pass(2_000);
  assert.deepEqual(at(), [0, 1_000]);
});

test('a due time that passes is read without an event', async () => {
  const { time, reading, at } = setUp(7_000);
  reading.start();
  await time.pass(20_000);
  assert.deepEqual(at(), [0, 8_200]);
});

test('a due time that has long passed makes no loop', async () => {
  const { time, reading, at } = setUp(-60_000);
  reading.start();
  await time.pass(59_000);
  assert.deepEqual(at(), [0, 30_000]);
});

test('a hub that is away is asked more and more seldom, and events do not hurry it', async () => {
  const { time, reading, state, at } = setUp();
  state.fails = true;
  reading.start();
  for (let n = 0; n < 59; n += 1) {
    reading.happened();
    await time.pass(1_000);
  }
  assert.deepEqual(at(), [0, 2_000, 6_000, 14_000, 30_000]);
  assert.equal(state.took, 0);
  state.fails = false;
  await time.pass(1_000);
  assert.equal(state.took, 1);
  reading.happened();
  await time.pass(1_100);
  assert.equal(state.took, 2);
});

test('somebody who asks need not wait', async () => {
  const { time, reading, state, at } = setUp();
  state.fails = true;
  reading.start();
  await time.pass(500);
  reading.now();
  await time.pass(10);
  assert.deepEqual(at(), [0, 500]);
});

test('once stopped it leaves no timer and takes no late answer', async () => {
  const { time, reading, state } = setUp(null, 400);
  reading.start();
  await time.pass(100);
  reading.stop();
  reading.happened();
  reading.now();
  await time.pass(120_000);
  assert.equal(state.took, 0);
  assert.equal(time.pending, 0);
});

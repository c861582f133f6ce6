import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HubEvent, Message, Ticket } from '../../../agent_console/web/src/api.ts';
import { type Change, Replica } from '../../../agent_console/web/src/model/replica.ts';
import { left, message, said, ticket, updated } from './tickets.ts';

const quiet = () => new Replica(() => undefined);

test('an older version never replaces a newer one', () => {
  const replica = quiet();
  replica.applyEvents([updated(5, ticket(1, { version: 3, subject: 'new' }))]);
  replica.takeTickets([ticket(1, { version: 2, subject: 'old' })], 9);
  assert.equal(replica.tickets.get(1)?.subject, 'new');
});

test('a ticket that left does not come back with a page that is older', () => {
  const replica = quiet();
  replica.applyEvents([left(7, 1)]);
  replica.takeTickets([ticket(1)], 6);
  assert.equal(replica.tickets.size, 0);
  replica.takeTickets([ticket(1)], 7);
  assert.equal(replica.tickets.size, 1, 'a page taken after the event knows better');
});

test('a ticket that left comes back when an event brings it back', () => {
  const replica = quiet();
  replica.applyEvents([updated(1, ticket(1)), left(2, 1), updated(3, ticket(1, { version: 2 }))]);
  assert.equal(replica.tickets.get(1)?.version, 2);
});

test('a change of hands keeps the thread of those who still see the ticket', () => {
  const replica = quiet();
  replica.takeTickets([ticket(1)], 1);
  replica.openThread(1);
  replica.takeMessages(1, { items: [message(4, 1)], next_cursor: null, seq: 1 });
  replica.applyEvents([left(2, 1), updated(3, ticket(1, { version: 2, assignee_id: 7 }))]);
  assert.equal(replica.thread(1)?.messages.length, 1);
  replica.applyEvents([updated(4, ticket(1, { version: 3 })), left(5, 1)]);
  assert.equal(replica.tickets.size, 0);
  assert.equal(replica.thread(1), undefined);
});

test('a message seen as an event is not put back by the page that was on its way', () => {
  const replica = quiet();
  replica.openThread(1);
  const sent = { state: 'sent', error: null, attempts: 1 } as const;
  const pending = { state: 'pending', error: null, attempts: 0 } as const;
  replica.applyEvents([said(9, message(4, 1, { delivery: sent }), false)]);
  replica.takeMessages(1, {
    items: [message(3, 1), message(4, 1, { delivery: pending })],
    next_cursor: null,
    seq: 8,
  });
  const messages = replica.thread(1)?.messages ?? [];
  assert.deepEqual(
    messages.map((found) => found.id),
    [3, 4],
  );
  assert.equal(messages[1]?.delivery?.state, 'sent');
});

test('a command answered late does not undo what events said since', () => {
  const replica = quiet();
  replica.openThread(1);
  replica.takeMessages(1, { items: [message(4, 1)], next_cursor: null, seq: 5 });
  const sent = { state: 'sent', error: null, attempts: 2 } as const;
  replica.applyEvents([said(6, message(4, 1, { delivery: sent }), false)]);
  const answer = message(4, 1, { delivery: { state: 'pending', error: null, attempts: 2 } });
  replica.updateMessage(answer, 5);
  assert.equal(replica.thread(1)?.messages[0]?.delivery?.state, 'sent');
});

test('only new inbound messages are announced', () => {
  const arrived: string[] = [];
  const replica = new Replica((change: Change) => {
    arrived.push(...change.arrived.map((found) => found.body));
  });
  replica.openThread(1);
  replica.takeMessages(1, { items: [message(1, 1)], next_cursor: null, seq: 3 });
  replica.applyEvents([
    said(2, message(1, 1)),
    said(4, message(2, 1, { body: 'hello' })),
    said(5, message(3, 1, { direction: 'outbound' })),
  ]);
  assert.deepEqual(arrived, ['hello']);
});

test('an edit shows at once and goes with the answer, also under an event', () => {
  const replica = quiet();
  replica.takeTickets([ticket(1)], 1);
  const done = replica.edit(1, { status: 'resolved' });
  assert.equal(replica.tickets.get(1)?.status, 'resolved');
  replica.applyEvents([updated(2, ticket(1, { version: 2, priority: 'high' }))]);
  assert.equal(replica.tickets.get(1)?.status, 'resolved');
  assert.equal(replica.tickets.get(1)?.priority, 'high');
  done();
  assert.equal(replica.tickets.get(1)?.status, 'open');
});

test('a complete reload forgets what is gone, and keeps what events brought meanwhile', () => {
  const replica = quiet();
  replica.takeTickets([ticket(1), ticket(2)], 1);
  replica.beginReload(10);
  replica.applyEvents([updated(11, ticket(3))]);
  replica.takeTickets([ticket(2)], 10);
  replica.endReload();
  assert.deepEqual([...replica.tickets.keys()].sort(), [2, 3]);
});

test('another history begins from nothing', () => {
  const replica = quiet();
  replica.takeTickets([ticket(1, { version: 9, subject: 'before' })], 500);
  replica.advance(500);
  replica.beginReload(20);
  replica.takeTickets([ticket(1, { version: 1, subject: 'after' })], 20);
  assert.equal(replica.tickets.get(1)?.subject, 'after');
  assert.equal(replica.cursor, 20);
});

// -- snapshot + events == fresh snapshot, over random histories

/** A small repeatable generator (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A server of a few tickets, and what one agent may see of it. */
class Server {
  seq = 0;
  log: HubEvent[] = [];
  visible = new Map<number, Ticket>();
  messages = new Map<number, Message[]>();
  #hidden = new Map<number, Ticket>();
  #nextId = 1;
  #nextMessage = 1;
  #roll: () => number;

  constructor(roll: () => number) {
    this.#roll = roll;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#roll() * items.length)];
  }

  step(): void {
    const what = this.#roll();
    const known = this.#pick([...this.visible.values()]);
    if (what < 0.2 || !known) {
      const made = ticket(this.#nextId++);
      this.visible.set(made.id, made);
      this.messages.set(made.id, []);
      this.log.push(updated(++this.seq, made));
    } else if (what < 0.5) {
      const changed = {
        ...known,
        version: known.version + 1,
        priority: this.#pick(['low', 'normal', 'high', 'urgent'] as const) ?? 'normal',
        status: this.#pick(['open', 'bot', 'snoozed', 'pending_customer'] as const) ?? 'open',
      };
      this.visible.set(known.id, changed);
      this.log.push(updated(++this.seq, changed));
    } else if (what < 0.6) {
      this.visible.delete(known.id);
      this.#hidden.set(known.id, known);
      this.log.push(left(++this.seq, known.id));
    } else if (what < 0.7) {
      const back = this.#pick([...this.#hidden.values()]);
      if (!back) return;
      this.#hidden.delete(back.id);
      const changed = { ...back, version: back.version + 1 };
      this.visible.set(back.id, changed);
      this.log.push(updated(++this.seq, changed));
    } else {
      const thread = this.messages.get(known.id) ?? [];
      const last = thread.at(-1);
      if (last && this.#roll() < 0.4) {
        const changed = { ...last, body: `${last.body}!` };
        thread[thread.length - 1] = changed;
        this.log.push(said(++this.seq, changed, false));
      } else {
        const made = message(this.#nextMessage++, known.id);
        thread.push(made);
        this.log.push(said(++this.seq, made));
      }
    }
  }

  since(seq: number): HubEvent[] {
    return this.log.filter((event) => event.seq > seq);
  }

  page(ids: readonly number[]): Ticket[] {
    return ids.flatMap((id) => this.visible.get(id) ?? []);
  }
}

for (let seed = 1; seed <= 200; seed += 1) {
  test(`snapshot and events equal a fresh snapshot (history ${seed})`, () => {
    const roll = dice(seed);
    const server = new Server(roll);
    for (let step = 0; step < 20; step += 1) server.step();

    // Loaded page by page while things go on, events coming in bursts and twice at times.
    const replica = quiet();
    const ids = [...server.visible.keys()];
    const first = ids.slice(0, 4);
    replica.takeTickets(server.page(first), server.seq);
    replica.cursor = server.seq;
    const opened = ids[0];
    if (opened !== undefined) replica.openThread(opened);
    let slow: { items: Message[]; seq: number } | null = null;
    for (let step = 0; step < 40; step += 1) {
      server.step();
      if (step === 5 && opened !== undefined) {
        slow = { items: [...(server.messages.get(opened) ?? [])], seq: server.seq };
      }
      if (roll() < 0.4) replica.applyEvents(server.since(replica.cursor));
      if (roll() < 0.1) replica.applyEvents(server.since(Math.max(0, replica.cursor - 3)));
      if (step === 12) replica.takeTickets(server.page(ids.slice(4)), server.seq);
      if (step === 20 && slow && opened !== undefined) {
        replica.takeMessages(opened, { ...slow, next_cursor: null });
      }
    }
    replica.applyEvents(server.since(replica.cursor));

    const sorted = (tickets: Iterable<Ticket>) => [...tickets].sort((a, b) => a.id - b.id);
    assert.deepEqual(sorted(replica.tickets.values()), sorted(server.visible.values()));
    // A thread is dropped with its ticket and opened anew when it is looked at again.
    if (opened !== undefined && replica.thread(opened)) {
      assert.deepEqual(replica.thread(opened)?.messages, server.messages.get(opened));
    }
  });
}

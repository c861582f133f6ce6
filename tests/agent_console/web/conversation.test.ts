import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Conversation, type Hears } from '../../../agent_console/web/src/widget/conversation.ts';

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  url: string;
  readyState = 1;
  all: { type: string; key: string; body: string; [name: string]: unknown }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  /** What was sent beside the hello. */
  get sent() {
    return this.all.filter((frame) => frame.type !== 'hello');
  }

  get hello() {
    return this.all.find((frame) => frame.type === 'hello');
  }

  say(frame: { type: string }): void {
    if (frame.type === 'welcome') this.onopen?.();
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(text: string): void {
    this.all.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

let shelf: Map<string, string>;
const last = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1);
  assert.ok(socket);
  return socket;
};
const nothing = () => undefined;
const chat = (hears: Partial<Hears> = {}, identity?: string) =>
  new Conversation(
    'https://hub.example',
    'web',
    {
      drawn: nothing,
      state: nothing,
      welcome: nothing,
      standing: nothing,
      typing: nothing,
      arrived: nothing,
      left: nothing,
      refused: nothing,
      ...hears,
    },
    identity,
  );
const answer = (id: number, from: 'you' | 'bot' = 'bot', body = 'Hello') => ({
  id,
  from,
  name: 'Assistant',
  body,
  at: '2026-11-20T15:00:00Z',
  choices: [],
});
const standing = { status: 'none', position: null, agent: null, open: true, bot: true };
const welcome = (messages: unknown[] = [], token: string | null = 't1') => ({
  type: 'welcome',
  token,
  messages,
  bot: true,
  city: 'Example City',
  zone: 'America/New_York',
  standing,
  pass: 'p1',
  transcript: '/chat/transcript?key=k',
});

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  FakeSocket.all = [];
  shelf = new Map();
  const storage = {
    getItem: (name: string) => shelf.get(name) ?? null,
    setItem: (name: string, value: string) => void shelf.set(name, value),
    removeItem: (name: string) => void shelf.delete(name),
    key: (index: number) => [...shelf.keys()][index] ?? null,
    get length() {
      return shelf.size;
    },
  };
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    localStorage: storage,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  });
});
afterEach(() => mock.timers.reset());

test('what is written before the line stands is sent when it does', () => {
  const talk = chat();
  talk.say('Is the pool open?');
  assert.equal(last().sent.length, 0);
  assert.equal(talk.lines[0]?.state, 'sending');
  last().say(welcome());
  const sent = last().sent[0];
  assert.ok(sent);
  assert.match(sent.key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  last().say({ type: 'accepted', key: sent.key, message: answer(1, 'you', 'Is the pool open?') });
  assert.deepEqual(
    talk.lines.map((line) => [line.id, line.mine, line.state]),
    [['1', true, 'sent']],
  );
  talk.stop();
});

test('a cut line is taken up again: same token, same key', () => {
  const talk = chat();
  talk.start();
  last().say(welcome([answer(4)]));
  talk.say('Still there?');
  const key = last().sent[0]?.key;
  last().close();
  mock.timers.tick(1_000);
  assert.equal(FakeSocket.all.length, 2);
  assert.doesNotMatch(last().url, /t1/, 'an address is kept in logs');
  last().say(welcome([answer(5)]));
  assert.equal(last().hello?.['token'], 't1');
  assert.equal(last().sent[0]?.key, key);
  talk.stop();
});

test('a line that went silent is not waited for', () => {
  const talk = chat();
  talk.start();
  last().say(welcome());
  mock.timers.tick(50_000);
  mock.timers.tick(1_000);
  assert.equal(FakeSocket.all.length, 2);
  talk.stop();
});

test('a reload goes on with the same chat and sends what was left', () => {
  const talk = chat();
  talk.say('First');
  last().say(welcome());
  const key = last().sent[0]?.key;
  talk.stop();
  const again = chat();
  assert.ok(again.known);
  again.start();
  last().say(welcome());
  assert.equal(last().hello?.['token'], 't1');
  assert.equal(last().sent[0]?.key, key);
  again.stop();
});

test('a refused message stays with its reason and is not sent again', () => {
  const talk = chat();
  talk.start();
  last().say(welcome());
  talk.say('x'.repeat(10));
  last().say({ type: 'error', key: last().sent[0]?.key, code: 'too-long' });
  assert.equal(talk.lines[0]?.state, 'refused');
  assert.equal(talk.lines[0]?.error, 'too-long');
  last().close();
  mock.timers.tick(1_000);
  last().say(welcome());
  assert.equal(last().sent.length, 0);
  talk.stop();
});

test('an answer counts once as new', () => {
  let arrived = 0;
  const talk = chat({
    arrived: () => {
      arrived += 1;
    },
  });
  talk.start();
  last().say(welcome());
  last().say({ type: 'message', message: answer(2) });
  last().say({ type: 'message', message: answer(2) });
  assert.equal(arrived, 1);
  talk.stop();
});

test('a refused message can be sent again, under its key', () => {
  const talk = chat();
  talk.start();
  last().say(welcome());
  talk.say('Hello');
  const key = last().sent[0]?.key;
  assert.ok(key);
  last().say({ type: 'error', key, code: 'too-fast' } as { type: string });
  talk.again(key);
  assert.equal(last().sent[1]?.key, key);
  assert.equal(talk.lines[0]?.state, 'sending');
  talk.stop();
});

test('what was stored just before the line was cut is not shown twice', () => {
  const talk = chat();
  talk.start();
  last().say(welcome());
  talk.say('Stored');
  const key = last().sent[0]?.key;
  last().close();
  mock.timers.tick(1_000);
  last().say(welcome([{ ...answer(1, 'you', 'Stored'), key }]));
  assert.deepEqual(
    talk.lines.map((line) => line.id),
    ['1'],
  );
  assert.equal(last().sent.length, 0);
  assert.equal([...shelf.keys()].length, 1, 'only the token is kept');
  talk.stop();
});

test('two tabs do not forget each other\'s unsent lines', () => {
  const one = chat();
  const two = chat();
  one.say('From one');
  two.say('From two');
  one.stop();
  two.stop();
  const next = chat();
  assert.deepEqual(
    next.lines.map((line) => line.body).sort(),
    ['From one', 'From two'],
  );
  next.stop();
});

test('a signed identity is said instead of a token, and its lines are nobody else\'s', () => {
  const signed = (sub: string) => `x.${btoa(JSON.stringify({ sub }))}.y`;
  const ida = chat({}, signed('ida'));
  ida.say('My bill');
  last().onopen?.();
  assert.equal(last().hello?.['identity'], signed('ida'));
  assert.equal(last().hello?.['token'], undefined);
  ida.stop();
  assert.deepEqual(chat({}, signed('bo')).lines, []);
  assert.deepEqual(chat().lines, []);
  assert.equal(chat({}, signed('ida')).lines[0]?.body, 'My bill');
});

test('an identity that is refused ends it, and is told', () => {
  let told = '';
  const talk = chat({ refused: (code) => (told = code) }, 'a.b.c');
  talk.start();
  last().say({ type: 'refused', code: 'identity-expired' } as { type: string });
  mock.timers.tick(60_000);
  assert.equal(told, 'identity-expired');
  assert.equal(FakeSocket.all.length, 1, 'it does not knock again with the same');
});

test('that one is writing is said once in three seconds', () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const talk = chat();
  talk.start();
  last().say(welcome());
  talk.typing();
  talk.typing();
  mock.timers.tick(3_000);
  talk.typing();
  assert.deepEqual(
    last().sent.map((frame) => frame.type),
    ['typing', 'typing'],
  );
  talk.stop();
});

test('a message that is left says how its writer is reached', () => {
  let left = 0;
  const talk = chat({ left: () => (left += 1) });
  talk.start();
  last().say(welcome());
  talk.say('The hydrant leaks', [], { name: 'Ida', contact: 'ida@example.org' });
  const frame = last().sent[0];
  assert.equal(frame?.type, 'leave');
  assert.equal(frame?.['contact'], 'ida@example.org');
  const key = frame?.key;
  last().say({ type: 'accepted', key, message: answer(1, 'you') } as { type: string });
  assert.equal(left, 1);
  talk.stop();
});

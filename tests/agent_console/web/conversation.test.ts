import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Conversation } from '../../../agent_console/web/src/widget/conversation.ts';

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  url: string;
  readyState = 1;
  sent: { type: string; key: string; body: string }[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
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
const chat = (arrived: () => void = () => undefined) => {
  const nothing = () => undefined;
  return new Conversation('https://hub.example', 'web', {
    drawn: nothing,
    state: nothing,
    welcome: nothing,
    arrived,
  });
};
const answer = (id: number, from: 'you' | 'bot' = 'bot', body = 'Hello') => ({
  id,
  from,
  name: 'Assistant',
  body,
  at: '2026-11-20T15:00:00Z',
  choices: [],
});
const welcome = (messages: unknown[] = [], token = 't1') => ({
  type: 'welcome',
  token,
  messages,
  bot: true,
  city: 'Example City',
});

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  FakeSocket.all = [];
  shelf = new Map();
  const storage = {
    getItem: (name: string) => shelf.get(name) ?? null,
    setItem: (name: string, value: string) => void shelf.set(name, value),
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

test('a cut line is taken up again: same key, from the last message', () => {
  const talk = chat();
  talk.start();
  last().say(welcome([answer(4)]));
  talk.say('Still there?');
  const key = last().sent[0]?.key;
  last().close();
  mock.timers.tick(1_000);
  assert.equal(FakeSocket.all.length, 2);
  assert.match(last().url, /token=t1&since=4$/);
  last().say(welcome([answer(5)]));
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
  assert.match(last().url, /token=t1$/);
  last().say(welcome());
  assert.equal(last().sent[0]?.key, key);
  again.stop();
});

test('a refused message stays with its reason and is not sent again', () => {
  const talk = chat();
  talk.start();
  last().say(welcome());
  talk.say('x'.repeat(10));
  last().say({ type: 'error', key: last().sent[0]?.key, detail: 'Too long.' });
  assert.equal(talk.lines[0]?.state, 'refused');
  assert.equal(talk.lines[0]?.error, 'Too long.');
  last().close();
  mock.timers.tick(1_000);
  last().say(welcome());
  assert.equal(last().sent.length, 0);
  talk.stop();
});

test('an answer counts once as new', () => {
  let arrived = 0;
  const talk = chat(() => {
    arrived += 1;
  });
  talk.start();
  last().say(welcome());
  last().say({ type: 'message', message: answer(2) });
  last().say({ type: 'message', message: answer(2) });
  assert.equal(arrived, 1);
  talk.stop();
});

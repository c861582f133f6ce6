import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Link, type LinkState, SILENCE_MS } from '../../../agent_console/web/src/model/link.ts';

class FakeSocket {
  url: string;
  closed = false;
  sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(url: string) {
    this.url = url;
  }

  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
    this.onclose?.();
  }
}

function console_(online = true) {
  const sockets: FakeSocket[] = [];
  const states: LinkState[] = [];
  const heard = { events: 0, resync: [] as number[] };
  let cursor = 5;
  const link = new Link({
    url: (since) => `ws://hub/console/socket?since=${since}`,
    cursor: () => cursor,
    onState: (state) => states.push(state),
    onEvents: (events) => {
      heard.events += events.length;
      for (const event of events) cursor = event.seq;
    },
    onCursor: (seq) => {
      cursor = seq;
    },
    onResync: (seq) => heard.resync.push(seq),
    open: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    isOnline: () => online,
  });
  const last = (): FakeSocket => {
    const socket = sockets.at(-1);
    assert.ok(socket);
    return socket;
  };
  return { link, sockets, states, heard, last };
}

const ping = (seq: number) => ({ type: 'ping', seq, at: '2026-11-20T15:00:00Z' });
const hello = (seq: number, resync = false) => ({ type: 'hello', seq, resync });

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] }));
afterEach(() => mock.timers.reset());

test('it is live from the hello on, and answers pings', () => {
  const { link, states, last } = console_();
  link.start();
  assert.deepEqual(states, []);
  last().say(hello(5));
  last().say(ping(6));
  assert.deepEqual(states, ['live']);
  assert.deepEqual(last().sent, ['{"type":"pong"}']);
  link.stop();
});

test('after a cut it reads on from the last number it has', () => {
  const { link, sockets, states, last } = console_();
  link.start();
  last().say(hello(5));
  last().say({ type: 'events', events: [{ seq: 9 }] });
  last().close();
  assert.equal(states.at(-1), 'reconnecting');
  mock.timers.tick(1_000);
  assert.equal(sockets.length, 2);
  assert.ok(last().url.endsWith('since=9'));
  last().say(hello(9));
  assert.equal(states.at(-1), 'live');
  link.stop();
});

test('without pings it is not live, whatever the socket believes', () => {
  const { link, sockets, states, last } = console_();
  link.start();
  last().say(hello(5));
  for (let second = 0; second < SILENCE_MS / 1_000 - 1; second += 1) mock.timers.tick(1_000);
  assert.equal(states.at(-1), 'live');
  for (let second = 0; second < 3; second += 1) mock.timers.tick(1_000);
  assert.notEqual(states.at(-1), 'live');
  assert.ok(sockets[0]?.closed);
  link.stop();
});

test('events alone do not prove the line for ever', () => {
  const { link, states, last } = console_();
  link.start();
  last().say(hello(5));
  const first = last();
  for (let second = 0; second < 30; second += 1) {
    first.say({ type: 'events', events: [{ seq: 10 + second }] });
    mock.timers.tick(1_000);
  }
  assert.ok(states.includes('reconnecting'));
  link.stop();
});

test('several failures in a row are called offline, and a retry comes all the same', () => {
  const { link, sockets, states, last } = console_();
  link.start();
  for (let failure = 0; failure < 5; failure += 1) {
    last().close();
    mock.timers.tick(16_000);
  }
  assert.ok(states.includes('offline'));
  assert.equal(sockets.length, 6);
  last().say(hello(5));
  assert.equal(states.at(-1), 'live');
  link.stop();
});

test('a browser without network says so at once', () => {
  const { link, states, last } = console_(false);
  link.start();
  last().say(hello(5));
  link.networkLost();
  assert.equal(states.at(-1), 'offline');
  link.stop();
});

test('a resync is passed on with where the server stands', () => {
  const { link, heard, last } = console_();
  link.start();
  last().say(hello(3, true));
  assert.deepEqual(heard.resync, [3]);
  link.stop();
});

test('a stopped link stays stopped', () => {
  const { link, sockets, last } = console_();
  link.start();
  last().say(hello(5));
  link.stop();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
});

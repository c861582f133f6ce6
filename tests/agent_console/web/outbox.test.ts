import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../agent_console/web/src/api.ts';
import { Outbox, type Unsent, newKey } from '../../../agent_console/web/src/model/outbox.ts';
import { message } from './tickets.ts';

class Shelf {
  #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#items.set(name, value);
  }
  removeItem(name: string): void {
    this.#items.delete(name);
  }
}

const unsent = (key: string, body = 'We are on our way.'): Unsent => ({
  key,
  ticketId: 1,
  kind: 'reply',
  body,
  resolve: false,
  visibility: null,
  toMessageId: null,
  permalink: null,
  at: '2026-11-20T15:00:00Z',
  state: 'sending',
  error: null,
});

const accept = async (item: Unsent): Promise<Message> => message(1, item.ticketId, { key: item.key });
const refuse = async (): Promise<Message> => {
  throw new Error('The hub could not be reached.');
};
const nothing = () => undefined;

test('it is on the screen and on the shelf before it is sent, and in neither after', async () => {
  const shelf = new Shelf();
  let during = 0;
  const outbox: Outbox = new Outbox(
    '7',
    shelf,
    async (item) => {
      during = outbox.items.length + shelf.length;
      return accept(item);
    },
    nothing,
  );
  const stored = await outbox.post(unsent('k1'));
  assert.equal(during, 2);
  assert.equal(stored?.key, 'k1');
  assert.equal(outbox.items.length + shelf.length, 0);
});

test('a failure keeps the text with its reason, also over a reload', async () => {
  const shelf = new Shelf();
  const outbox = new Outbox('7', shelf, refuse, nothing);
  assert.equal(await outbox.post(unsent('k1')), null);
  assert.equal(outbox.items[0]?.state, 'failed');
  const reloaded = new Outbox('7', shelf, accept, nothing);
  assert.equal(reloaded.items[0]?.body, 'We are on our way.');
  assert.equal(reloaded.items[0]?.error, 'The hub could not be reached.');
  assert.equal((await reloaded.retry('k1'))?.key, 'k1');
  assert.equal(shelf.length, 0);
});

test('what was being sent when the page went away is shown as unconfirmed', () => {
  const shelf = new Shelf();
  void new Outbox('7', shelf, () => new Promise(nothing), nothing).post(unsent('k1'));
  const reloaded = new Outbox('7', shelf, accept, nothing);
  assert.equal(reloaded.items[0]?.state, 'failed');
  assert.match(reloaded.items[0]?.error ?? '', /closed before/);
});

test('an event that says it arrived wins over a failed answer', async () => {
  const shelf = new Shelf();
  const outbox: Outbox = new Outbox(
    '7',
    shelf,
    async (item) => {
      outbox.confirm(item.key);
      return refuse();
    },
    nothing,
  );
  await outbox.post(unsent('k1'));
  assert.equal(outbox.items.length, 0);
});

test('a failed one can be taken back to be edited', async () => {
  const outbox = new Outbox('7', new Shelf(), refuse, nothing);
  await outbox.post(unsent('k1', 'almost'));
  assert.equal(outbox.take('k1')?.body, 'almost');
  assert.equal(outbox.items.length, 0);
  assert.equal(outbox.take('k1'), null);
});

test('agents of one browser, and other entries, are kept apart', () => {
  const shelf = new Shelf();
  shelf.setItem('switchboard.unsent.7.broken', '{"key":');
  shelf.setItem('switchboard.unsent.8.k2', JSON.stringify(unsent('k2')));
  assert.equal(new Outbox('7', shelf, accept, nothing).items.length, 0);
  assert.equal(new Outbox('8', shelf, accept, nothing).items.length, 1);
});

test('keys are all different', () => {
  assert.equal(new Set(Array.from({ length: 500 }, newKey)).size, 500);
});

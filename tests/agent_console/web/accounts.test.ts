import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountView, SimilarTicket } from '../../../agent_console/web/src/api.ts';
import { ago, byTrouble, dollars, expiry } from '../../../agent_console/web/src/model/accounts.ts';
import { similarWords } from '../../../agent_console/web/src/model/similar.ts';
import { at, NOW, ticket } from './tickets.ts';

const account = (id: number, change: Partial<AccountView> = {}): AccountView => ({
  id,
  kind: 'x',
  slug: `city-${id}`,
  name: `City ${id}`,
  external_id: String(id),
  unit: 'call-center',
  enabled: true,
  sandbox: false,
  stopped: false,
  notice: null,
  last_event_at: null,
  last_poll_at: null,
  last_error: null,
  last_error_at: null,
  access_expires_at: null,
  secrets: [],
  webhook_url: null,
  budgets: [],
  cost: { today: 0, month: 0 },
  state: 'up',
  detail: null,
  ...change,
});

test('what needs somebody comes first, what is switched off last', () => {
  const found = byTrouble([
    account(1),
    account(2, { state: 'degraded' }),
    account(3, { state: 'down', enabled: false }),
    account(4, { state: 'down' }),
    account(5, { secrets: ['access_token'] }),
  ]);
  assert.deepEqual(found.map((one) => one.id), [4, 2, 5, 1, 3]);
});

test('money as fine as it needs to be', () => {
  assert.equal(dollars(0), '$0');
  assert.equal(dollars(0.0042), '$0.0042');
  assert.equal(dollars(12.3), '$12.30');
});

test('access that ends is said louder the nearer it is', () => {
  assert.equal(expiry(null, NOW), null);
  assert.deepEqual(expiry(at(30 * 24 * 60), NOW), { tone: 'plain', words: 'in 30 days' });
  assert.deepEqual(expiry(at(90), NOW), { tone: 'amber', words: 'in 2 h' });
  assert.deepEqual(expiry(at(-120), NOW), { tone: 'red', words: 'ended 2h ago' });
});

test('how long ago', () => {
  assert.equal(ago(null, NOW), null);
  assert.equal(ago(at(0), NOW), 'just now');
  assert.equal(ago(at(-5), NOW), '5m ago');
});

test('similar reports in one sentence', () => {
  const near = (metres: number | null, seconds: number): SimilarTicket => ({
    ticket: ticket(1),
    distance_metres: metres,
    seconds_apart: seconds,
  });
  assert.equal(
    similarWords([near(118, 3_000), near(20, 80_000), near(null, 60)]),
    '3 reports like this within 120 m and a day of this one',
  );
  assert.equal(similarWords([near(3, 60)]), '1 report like this within 10 m and an hour of this one');
});

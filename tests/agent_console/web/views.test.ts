import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAll, matches, ticketsIn } from '../../../agent_console/web/src/model/views.ts';
import { NOW, at, ticket } from './tickets.ts';

const scope = { agentId: 7, unit: null, now: NOW };
const clock = (minutes: number | null, met: number | null = null, breached = false) => ({
  due_at: minutes === null ? null : at(minutes),
  met_at: met === null ? null : at(met),
  breached,
});

const tickets = [
  ticket(1, { due_at: at(30) }),
  ticket(2, { due_at: at(-5), first_response: clock(-5, null, true) }),
  ticket(3, { due_at: null, status: 'pending_customer', assignee_id: 7 }),
  ticket(4, { status: 'bot', due_at: at(5) }),
  ticket(5, { status: 'snoozed', due_at: at(10) }),
  ticket(6, { status: 'resolved', due_at: null, resolved_at: at(-3), last_message_at: at(-9) }),
  ticket(7, { due_at: at(90), unit: 'billing' }),
  // Answered late: the miss is on record, and nothing waits any more.
  ticket(8, { due_at: at(200), first_response: clock(-50, -20, true), unit: 'billing' }),
  ticket(9, { status: 'resolved', due_at: null, resolved_at: at(-30), last_message_at: at(-1) }),
];
const ids = (view: Parameters<typeof ticketsIn>[0], unit: string | null = null) =>
  ticketsIn(view, tickets, { ...scope, unit }).map((found) => found.id);

test('the queue is in order of what is due next, without a clock last', () => {
  assert.deepEqual(ids('all'), [2, 1, 7, 8, 3]);
});

test('each view shows its own', () => {
  assert.deepEqual(ids('mine'), [3]);
  assert.deepEqual(ids('unassigned'), [2, 1, 7, 8]);
  assert.deepEqual(ids('due'), [1]);
  assert.deepEqual(ids('breached'), [2]);
  assert.deepEqual(ids('bot'), [4]);
  assert.deepEqual(ids('snoozed'), [5]);
  assert.deepEqual(ids('unit', 'billing'), [7, 8]);
});

test('resolved tickets are newest first', () => {
  assert.deepEqual(ids('resolved'), [9, 6]);
});

test('a clock that has just run out is overdue before the sweep says so', () => {
  const due = [ticket(1, { due_at: at(0) })];
  assert.equal(ticketsIn('breached', due, scope).length, 1);
  assert.equal(ticketsIn('due', due, scope).length, 0);
});

test('counts are those of the views', () => {
  const counts = countAll(tickets, scope);
  assert.equal(counts.views.all, 5);
  assert.equal(counts.views.breached, 1);
  assert.deepEqual(counts.units, { 'call-center': 3, billing: 2 });
});

test('what is typed is found in name, subject, preview, tags and number', () => {
  const found = ticket(42, { contact_name: 'Rosa Díaz', tags: ['storm'] });
  assert.ok(matches(found, ['rosa', 'storm']));
  assert.ok(matches(found, ['#42']));
  assert.ok(!matches(found, ['rosa', 'flood']));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Callback } from '../../../agent_console/web/src/api.ts';
import { byDue, untilDue, urgency } from '../../../agent_console/web/src/model/callbacks.ts';
import { at, NOW } from './tickets.ts';

const call = (id: number, minutes: number, change: Partial<Callback> = {}): Callback => ({
  id,
  ticket_id: id,
  due_at: at(minutes),
  phone: null,
  note: '',
  created_by: 'agent:1:Ava Reyes',
  created_at: at(-60),
  done_by: null,
  done_at: null,
  outcome: null,
  ...change,
});

test('open calls, what is due first on top', () => {
  const done = call(3, -90, { done_at: at(-5), outcome: 'reached' });
  assert.deepEqual(
    byDue([call(1, 30), call(2, -10), done, call(4, 30)]).map((found) => found.id),
    [2, 1, 4],
  );
});

test('a call is late from its minute on', () => {
  assert.equal(urgency(at(0), NOW), 'overdue');
  assert.equal(urgency(at(9), NOW), 'soon');
  assert.equal(urgency(at(11), NOW), 'later');
});

test('how long in words', () => {
  assert.equal(untilDue(at(-12), NOW), '12 min late');
  assert.equal(untilDue(at(0), NOW), 'due now');
  assert.equal(untilDue(at(25), NOW), 'in 25 min');
  assert.equal(untilDue(at(125), NOW), 'in 2h 05m');
});

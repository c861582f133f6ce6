// The bell: pages and events in any order, how many are new, who may do what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice } from '../../../agent_console/web/src/notices/api.ts';
import {
  comesUp,
  countWords,
  headOf,
  mayAcknowledge,
  nothing,
  takeEvent,
  takeFirst,
  takeOlder,
  whisperOf,
} from '../../../agent_console/web/src/notices/model.ts';
import { at, message } from './tickets.ts';

const notice = (id: number, change: Partial<Notice> = {}): Notice => ({
  id,
  at: at(id),
  kind: 'sla_breach',
  severity: 'warning',
  audience: 'unit',
  agent_id: null,
  unit: 'billing',
  ticket_id: 1,
  incident_id: null,
  text: `Notice ${id}`,
  author: null,
  detail: {},
  acknowledged_at: null,
  acknowledged_by: null,
  ...change,
});
const page = (ids: number[], unseen: number, next: string | null = null) => ({
  items: ids.map((id) => notice(id)),
  unseen,
  next_cursor: next,
});

test('an event before the page is counted once, on top of the page', () => {
  const early = takeEvent(nothing, notice(5), true);
  assert.equal(early.unseen, 1);
  const held = takeFirst(early, page([4, 3], 2));
  assert.deepEqual(held.items.map((one) => one.id), [5, 4, 3]);
  assert.equal(held.unseen, 3);
  assert.equal(takeFirst(early, page([5, 4], 2)).unseen, 2);
});

test('the same event twice is one notice, and none is new while the list is open', () => {
  const held = takeFirst(nothing, page([3], 0));
  const once = takeEvent(held, notice(4), true);
  assert.equal(takeEvent(once, notice(4), true).unseen, 1);
  assert.equal(takeEvent(held, notice(4), true, true).unseen, 0);
});

test('acknowledged stays acknowledged, whatever comes late', () => {
  const held = takeFirst(nothing, page([3], 1));
  const done = takeEvent(held, notice(3, { acknowledged_at: at(9), acknowledged_by: 'Sam' }), false);
  assert.equal(done.unseen, 1);
  assert.equal(takeFirst(done, page([3], 0)).items[0]?.acknowledged_by, 'Sam');
  assert.equal(takeEvent(held, notice(1, { acknowledged_at: at(9) }), false).items.length, 1);
});

test('older pages go below; a gap after a long absence is read again', () => {
  const held = takeOlder(takeFirst(nothing, page([9, 8], 0, '8')), page([7, 6], 0, '6'));
  assert.deepEqual(held.items.map((one) => one.id), [9, 8, 7, 6]);
  assert.equal(held.cursor, '6');
  const back = takeFirst(held, page([40, 39], 2, '39'));
  assert.deepEqual(back.items.map((one) => one.id), [40, 39]);
  assert.equal(back.cursor, '39');
  assert.equal(takeFirst(held, page([10, 9], 1, '9')).cursor, '6');
});

test('supervisors acknowledge what asks for it, agents what is theirs', () => {
  const theirs = notice(1, { audience: 'agent', agent_id: 7 });
  assert.ok(mayAcknowledge(notice(1), 7, true));
  assert.ok(!mayAcknowledge(notice(1), 7, false));
  assert.ok(mayAcknowledge(theirs, 7, false));
  assert.ok(!mayAcknowledge(theirs, 8, false));
  assert.ok(!mayAcknowledge(notice(1, { acknowledged_at: at(1) }), 7, true));
  assert.ok(!mayAcknowledge(notice(1, { kind: 'whisper', severity: 'info' }), 7, true));
});

test('critical ones come up by themselves, and whispers to whom they are for', () => {
  const whisper = notice(1, { kind: 'whisper', severity: 'info', agent_id: 7, author: 'Sam Laurent' });
  assert.ok(comesUp(whisper, 7));
  assert.ok(!comesUp(whisper, 8));
  assert.ok(comesUp(notice(1, { severity: 'critical' }), 8));
  assert.ok(!comesUp(notice(1), 8));
  assert.equal(headOf(whisper), 'Whisper from Sam Laurent');
  assert.equal(headOf(notice(1)), 'Overdue');
  assert.equal(countWords(1), 'Notices: 1 new');
});

test('a whisper is a note that names whom it is for', () => {
  const note = (name: string) => message(1, 1, { direction: 'note', author: { kind: 'agent', id: 5, name } });
  assert.deepEqual(whisperOf(note('Sam Laurent, to Ava Reyes')), { by: 'Sam Laurent', to: 'Ava Reyes' });
  assert.equal(whisperOf(note('Sam Laurent')), null);
  const customer = { kind: 'customer' as const, id: null, name: 'Ann, to whom it may concern' };
  assert.equal(whisperOf(message(1, 1, { author: customer })), null);
  const whisper = notice(1, { kind: 'whisper', author: 'Sam Laurent', agent_id: 7 });
  assert.equal(headOf(whisper, 'Ava Reyes'), 'Sam Laurent whispered to Ava Reyes');
});

// Selecting tickets, and what is said about changing many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  all,
  extend,
  none,
  pieces,
  pruned,
  toggle,
} from '../../../agent_console/web/src/bulk/selection.ts';
import {
  changeWords,
  doneWords,
  filterOf,
  reasons,
  selectedWords,
  together,
} from '../../../agent_console/web/src/bulk/words.ts';

const list = [10, 20, 30, 40, 50];
const sorted = (ids: ReadonlySet<number>) => [...ids].sort((a, b) => a - b);

test('one by one', () => {
  let held = toggle(none, 20);
  held = toggle(held, 40);
  assert.deepEqual(sorted(held.ids), [20, 40]);
  held = toggle(held, 20);
  assert.deepEqual(sorted(held.ids), [40]);
  assert.equal(held.anchor, 20);
});

test('a range runs either way from the anchor, which stays', () => {
  let held = extend(toggle(none, 40), list, 20);
  assert.deepEqual(sorted(held.ids), [20, 30, 40]);
  held = extend(held, list, 50);
  assert.deepEqual(sorted(held.ids), [20, 30, 40, 50]);
  assert.equal(held.anchor, 40);
});

test('a range without an anchor in the list is one; what is not in the list is nothing', () => {
  assert.deepEqual(sorted(extend(none, list, 30).ids), [30]);
  const gone = toggle(none, 99);
  assert.deepEqual(sorted(extend(gone, list, 30).ids), [30, 99]);
  assert.equal(extend(gone, list, 77), gone);
});

test('the selection does not depend on the order of the rows', () => {
  const held = extend(toggle(none, 10), list, 30);
  assert.deepEqual(sorted(extend(held, [50, 40, 10, 20, 30], 40).ids), [10, 20, 30, 40]);
});

test('all, and those that are gone are let go', () => {
  const held = all(none, list);
  assert.equal(held.ids.size, 5);
  assert.deepEqual(sorted(pruned(held, (id) => id !== 10).ids), [20, 30, 40, 50]);
  assert.equal(pruned(held, (id) => id !== 10).anchor, null);
  assert.equal(pruned(held, () => true), held);
});

test('pieces that the hub takes', () => {
  assert.deepEqual(pieces(list, 2), [[10, 20], [30, 40], [50]]);
  assert.deepEqual(pieces([], 2), []);
});

test('the filter of the list on the screen', () => {
  assert.deepEqual(filterOf('breached', null, ''), { view: 'breached' });
  assert.deepEqual(filterOf('unit', 'billing', ' '), { view: 'unit', unit: 'billing' });
  assert.deepEqual(filterOf('all', null, ' pothole '), { q: 'pothole' });
  assert.equal(filterOf('callbacks', null, ''), null);
});

test('what it does, in words', () => {
  const names = {
    agent: (id: number) => `Agent ${id}`,
    unit: (slug: string) => slug,
    moment: (iso: string) => iso,
  };
  assert.equal(changeWords({ agent_id: 3 }, names), 'assigned to Agent 3');
  assert.equal(changeWords({ agent_id: null }, names), 'given back to the unit');
  assert.equal(
    changeWords({ status: 'resolved', reason: 'no_reply_needed' }, names),
    'resolved (no reply needed)',
  );
  assert.equal(
    changeWords({ priority: 'high', add_tags: ['storm'] }, names),
    'set to high priority, tagged storm',
  );
  assert.equal(selectedWords(1), '1 ticket selected');
  assert.equal(selectedWords(0), '');
});

test('outcomes of several pieces are one', () => {
  const done = together([
    { id: 1, matched: 3, changed: [1, 2], refused: [], undo_until: '2026-11-20T15:15:00Z' },
    {
      id: 2,
      matched: 2,
      changed: [],
      refused: [{ ticket_id: 5, reason: 'no' }],
      undo_until: '2026-11-20T15:14:00Z',
    },
  ]);
  assert.deepEqual(done.ids, [1]);
  assert.equal(done.undoUntil, '2026-11-20T15:14:00Z');
  assert.equal(doneWords(done), '2 changed, 2 were so already, 1 refused');
  assert.equal(doneWords({ matched: 2, changed: [1, 2], refused: [] }), '2 changed');
});

test('refusals by reason, the commonest first', () => {
  const found = reasons([
    { ticket_id: 1, reason: 'merged' },
    { ticket_id: 2, reason: 'gone' },
    { ticket_id: 3, reason: 'gone' },
  ]);
  assert.deepEqual(found, [
    { reason: 'gone', ids: [2, 3] },
    { reason: 'merged', ids: [1] },
  ]);
});

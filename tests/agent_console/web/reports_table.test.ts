import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  behindQuery,
  countOf,
  differs,
  figureName,
  fromText,
  toText,
} from '../../../agent_console/web/src/reports/behind.ts';
import { columnsOf, sets, sorted } from '../../../agent_console/web/src/reports/columns.ts';
import { dimensions } from '../../../agent_console/web/src/reports/filters.ts';
import { groupName, ordered } from '../../../agent_console/web/src/reports/groups.ts';
import { metric, row, times } from './report_rows.ts';

const keys = (rows: readonly { key: string }[]) => rows.map((found) => found.key);

test('groups have names that people read', () => {
  const named = (by: (typeof dimensions)[number], key: string, label = '') =>
    groupName(by, { key, label });
  assert.equal(named('unit', 'water', 'Water & Sewer'), 'Water & Sewer');
  assert.equal(named('channel', 'webchat'), 'Web chat');
  assert.equal(named('topic', 'pay-bill'), 'Pay bill');
  assert.equal(named('topic', ''), 'No topic');
  assert.equal(named('agent', ''), 'Nobody');
  assert.equal(named('hour', '00'), '12 AM – 1 AM');
  assert.equal(named('hour', '11'), '11 AM – 12 PM');
  assert.equal(named('hour', '23'), '11 PM – 12 AM');
  assert.equal(named('weekday', '0'), 'Monday');
  assert.equal(named('day', '2026-11-23'), 'Mon, Nov 23, 2026');
});

test('hours and days stay in their order, other groups go by how many came', () => {
  const rows = [row('02', { created: 9 }), row('00', { created: 1 }), row('01', { created: 5 })];
  assert.deepEqual(keys(ordered('hour', rows)), ['00', '01', '02']);
  assert.deepEqual(keys(ordered('unit', rows)), ['02', '01', '00']);
});

test('rows without a value are last in both directions', () => {
  const rows = [
    row('none'),
    row('half', { first_response: metric({ within: 1, late: 1 }) }),
    row('all', { first_response: metric({ within: 2 }) }),
  ];
  const share = (found: (typeof rows)[number]) => found.first_response.share_within;
  assert.deepEqual(keys(sorted(rows, share, true)), ['all', 'half', 'none']);
  assert.deepEqual(keys(sorted(rows, share, false)), ['half', 'all', 'none']);
});

test('a time among the unanswered sorts after every time that is known', () => {
  const business = (change: Parameters<typeof times>[0]) => ({
    first_response: metric({ within: 1, business: times(change) }),
  });
  const rows = [
    row('never', business({ median_open: true })),
    row('slow', business({ median: 9e6 })),
    row('fast', business({ median: 5 })),
  ];
  const median = columnsOf('first_response', 'business', 0.85).find(
    (column) => column.id === 'first_response.median',
  );
  assert.ok(median);
  assert.deepEqual(keys(sorted(rows, median.order, false)), ['fast', 'slow', 'never']);
  assert.equal(median.text(rows[0]!), 'not answered yet');
});

test('every column opens a figure whose name and number are known', () => {
  const one = row('water', {
    created: 7,
    first_response: metric({ within: 5, late: 2 }),
    resolution: metric({ within: 1 }),
  });
  for (const set of sets) {
    const columns = columnsOf(set, 'calendar', 0.85);
    assert.equal(new Set(columns.map((column) => column.id)).size, columns.length);
    for (const column of columns) {
      assert.ok(column.figure, column.id);
      assert.notEqual(figureName(column.figure), column.figure, column.id);
      assert.equal(countOf(one, column.figure), column.behind(one), column.id);
    }
  }
});

test('a miss and a share below target stand out, others do not', () => {
  const late = row('a', { first_response: metric({ within: 1, late: 1 }) });
  const fine = row('b', { first_response: metric({ within: 2 }) });
  const alarms = (found: typeof late) =>
    columnsOf('first_response', 'business', 0.85)
      .filter((column) => column.alarm?.(found))
      .map((column) => column.id);
  assert.deepEqual(alarms(late), ['first_response.share', 'first_response.late']);
  assert.deepEqual(alarms(fine), []);
});

test('the figure whose tickets are shown survives the address', () => {
  const behind = {
    figure: 'first_response.late',
    group: '',
    name: 'No topic & more',
    shown: 0,
    by: 'topic' as const,
  };
  assert.deepEqual(fromText(toText(behind)), behind);
  const all = { figure: 'created', group: null, name: 'All', shown: null };
  assert.deepEqual(fromText(toText(all)), all);
  assert.equal(fromText(null), null);
  assert.equal(fromText('group=water'), null);
});

test('a figure asks the report’s question, but for what it says otherwise', () => {
  const report = new URLSearchParams('start=2026-11-01&end=2026-11-30&by=unit&topic=pay-bill');
  const day = behindQuery(
    report,
    { figure: 'created', group: null, name: '', shown: 3, start: '2026-11-05', end: '2026-11-05' },
    null,
  );
  assert.equal(
    day.toString(),
    'start=2026-11-05&end=2026-11-05&by=unit&topic=pay-bill&figure=created&limit=50',
  );
  const none = behindQuery(report, { figure: 'open', group: '', name: '', shown: null }, '77');
  assert.equal(none.get('group'), '');
  assert.equal(none.get('cursor'), '77');
  assert.equal(report.has('figure'), false);
});

test('a list that differs from the report says so', () => {
  assert.equal(differs(5, 5), null);
  assert.equal(differs(null, 5), null);
  assert.match(differs(1204, 1203) ?? '', /1,204.*1,203/);
});

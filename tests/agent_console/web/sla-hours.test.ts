import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../agent_console/web/src/sla/api.ts';
import {
  blocks,
  days,
  lengthOf,
  minutesOf,
  nextSpan,
  pastMidnight,
  tidyClock,
  type Week,
  weekWords,
} from '../../../agent_console/web/src/sla/hours.ts';
import { nextFriday } from '../../../agent_console/web/src/sla/upcoming.ts';

const week = (change: Partial<Week>): Week => ({
  ...(Object.fromEntries(days.map((day) => [day, [] as Span[]])) as Week),
  ...change,
});

test('times as people type them', () => {
  const typed: [string, string][] = [
    ['8', '08:00'],
    [' 830 ', '08:30'],
    ['8.30', '08:30'],
    ['1700', '17:00'],
    ['5 pm', '17:00'],
    ['12am', '00:00'],
    ['12:30 p.m.', '12:30'],
    ['24', '24:00'],
    ['24:00', '24:00'],
  ];
  for (const [text, wanted] of typed) assert.equal(tidyClock(text), wanted, text);
});

test('what is no time stays as it was typed: the hub says so at the field', () => {
  for (const text of ['noon', '25', '24:30', '8:70', '13 pm', '']) {
    assert.equal(tidyClock(text), text, text);
    assert.equal(minutesOf(text), null, text);
  }
});

test('an interval past midnight belongs to the day it starts on', () => {
  assert.equal(pastMidnight(['22:00', '06:00']), true);
  assert.equal(pastMidnight(['22:00', '24:00']), false);
  assert.equal(pastMidnight(['22:00', '00:00']), false);
  assert.equal(lengthOf(['22:00', '06:00']), 8 * 60);
  assert.equal(lengthOf(['22:00', '00:00']), 120);
  assert.equal(lengthOf(['08:00', '08:00']), null);
  assert.equal(lengthOf(['08:00', 'noon']), null);
});

test('a night is drawn on both days, Sunday into Monday too', () => {
  const drawn = blocks(week({ sun: [['18:00', '06:00']], tue: [['09:00', '12:00']] }));
  assert.deepEqual(drawn.sun, [{ from: 0.75, to: 1, carried: false }]);
  assert.deepEqual(drawn.mon, [{ from: 0, to: 0.25, carried: true }]);
  assert.deepEqual(drawn.tue, [{ from: 0.375, to: 0.5, carried: false }]);
  assert.deepEqual(drawn.wed, []);
});

test('a week in words', () => {
  const office: Span[] = [['08:00', '17:00']];
  const open = { mon: office, tue: office, wed: office, thu: office, fri: office };
  assert.equal(weekWords(week(open)), 'Mon–Fri 08:00–17:00; closed Sat–Sun');
  assert.equal(
    weekWords(week({ ...open, wed: [['08:00', '12:00'], ['13:00', '17:00']], sat: [['09:00', '12:00']] })),
    'Mon–Tue 08:00–17:00, Wed 08:00–12:00 and 13:00–17:00, Thu–Fri 08:00–17:00, Sat 09:00–12:00; closed Sun',
  );
  assert.equal(weekWords(week({})), 'never open');
});

test('one more interval comes after those there are', () => {
  assert.deepEqual(nextSpan([]), ['08:00', '17:00']);
  assert.deepEqual(nextSpan([['08:00', '12:00']]), ['13:00', '17:00']);
  assert.deepEqual(nextSpan([['08:00', '21:00']]), ['22:00', '24:00']);
  assert.deepEqual(nextSpan([['22:00', '06:00']]), ['', '']);
});

test('the preview starts on the next Friday, 16:50 in the city', () => {
  const zone = 'America/New_York';
  const from = (iso: string) => nextFriday(Date.parse(iso), zone);
  assert.equal(from('2026-11-23T04:55:00Z'), '2026-11-27T16:50');
  // Friday afternoon, before and after.
  assert.equal(from('2026-11-27T21:49:00Z'), '2026-11-27T16:50');
  assert.equal(from('2026-11-27T21:50:00Z'), '2026-12-04T16:50');
  // Friday in UTC, Thursday evening in the city; then a change of the clocks between.
  assert.equal(from('2026-11-27T02:00:00Z'), '2026-11-27T16:50');
  assert.equal(from('2026-10-31T16:00:00Z'), '2026-11-06T16:50');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  before,
  daysIn,
  type Filters,
  fromSearch,
  periodOf,
  problemWith,
  toQuery,
  toSearch,
} from '../../../agent_console/web/src/reports/filters.ts';

const TODAY = '2026-03-02';
const plain = fromSearch('');
const of = (change: Partial<Filters>): Filters => ({ ...plain, ...change });

test('nothing in the address is the last 30 days by unit, and the other way round', () => {
  assert.deepEqual(plain, {
    preset: '30d',
    start: '',
    end: '',
    by: 'unit',
    unit: '',
    channel: '',
    topic: '',
    agent: '',
  });
  assert.equal(toSearch(plain), '');
});

test('what an address says comes back from it', () => {
  for (const search of [
    '?period=7d&by=topic&unit=water',
    '?start=2026-01-05&end=2026-01-31&by=agent&channel=x&agent=12',
    '?period=last-month&topic=pay-bill',
  ]) {
    assert.equal(toSearch(fromSearch(search)), search);
  }
  assert.equal(toSearch(of({ unit: 'gas' }), { time: 'calendar', behind: '' }), '?unit=gas&time=calendar');
});

test('what is no choice is not taken from an address', () => {
  const odd = fromSearch('?period=forever&by=mood&agent=1;drop');
  assert.equal(odd.preset, '30d');
  assert.equal(odd.by, 'unit');
  assert.equal(odd.agent, '');
});

test('periods end with today, or are whole months', () => {
  const days = (preset: Filters['preset']) => periodOf(of({ preset }), TODAY);
  assert.deepEqual(days('7d'), { start: '2026-02-24', end: TODAY });
  assert.deepEqual(days('30d'), { start: '2026-02-01', end: TODAY });
  assert.deepEqual(days('month'), { start: '2026-03-01', end: TODAY });
  assert.deepEqual(days('last-month'), { start: '2026-02-01', end: '2026-02-28' });
  assert.deepEqual(periodOf(of({ preset: 'last-month' }), '2026-01-15'), {
    start: '2025-12-01',
    end: '2025-12-31',
  });
  assert.equal(daysIn(days('90d')), 90);
});

test('the period before has the same length and ends the day before', () => {
  assert.deepEqual(before({ start: '2026-03-01', end: '2026-03-10' }), {
    start: '2026-02-19',
    end: '2026-02-28',
  });
  // Over the change of the clocks, which days do not know of.
  assert.equal(daysIn({ start: '2026-03-07', end: '2026-03-09' }), 3);
});

test('days that are no period are refused at their field', () => {
  const at = (start: string, end: string) => problemWith({ start, end }, TODAY)?.field ?? null;
  assert.equal(at('2026-02-01', '2026-02-28'), null);
  assert.equal(at(TODAY, TODAY), null);
  assert.equal(at('', '2026-02-28'), 'start');
  assert.equal(at('2026-02-01', '2026-02-30'), 'end');
  assert.equal(at('2026-02-10', '2026-02-09'), 'end');
  assert.equal(at('2026-03-03', '2026-03-04'), 'start');
  assert.equal(at('2025-01-27', '2026-03-02'), null);
  assert.equal(at('2025-01-26', '2026-03-02'), 'start');
});

test('the server is asked for days and for what was chosen, no more', () => {
  const query = toQuery(of({ agent: '4', by: 'hour' }), { start: '2026-02-01', end: '2026-02-02' });
  assert.equal(query.toString(), 'start=2026-02-01&end=2026-02-02&by=hour&agent_id=4');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeWords,
  countChange,
  denominator,
  lateness,
  misses,
  percent,
  shareChange,
  timeChange,
  timeWords,
} from '../../../agent_console/web/src/reports/figures.ts';
import { metric, times } from './report_rows.ts';

test('a share never says all or none where one is missing', () => {
  assert.equal(percent(null), '–');
  assert.equal(percent(1204 / 1310), '91.9 %');
  assert.equal(percent(1), '100 %');
  assert.equal(percent(99_999 / 100_000), '99.9 %');
  assert.equal(percent(0), '0 %');
  assert.equal(percent(1 / 100_000), '0.1 %');
});

test('the denominator is said whole: late, overdue and unanswered also where there are none', () => {
  const figures = metric({
    within: 1204,
    late: 64,
    overdue: 30,
    unanswered: 12,
    pending: 85,
    answered_by_bot: 210,
  });
  assert.equal(
    denominator('first_response', figures),
    '1,204 of 1,310 within target; 64 late, 30 overdue, 12 unanswered; ' +
      'counted apart: 85 not due yet, 210 answered by the bot',
  );
  assert.equal(
    denominator('first_response', metric({ within: 3 })),
    '3 of 3 within target; 0 late, 0 overdue, 0 unanswered',
  );
  assert.equal(
    denominator('resolution', metric({ within: 1, late: 1 })),
    '1 of 2 within target; 1 late, 0 overdue',
  );
  assert.deepEqual(misses('resolution'), ['late', 'overdue']);
});

test('an outcome that should not be is said all the same', () => {
  assert.match(denominator('resolution', metric({ unanswered: 2 })), /2 never resolved/);
});

test('a percentile among the unanswered is never a number of its own', () => {
  const open = times({ median: 120, p90: null, p90_open: true });
  assert.equal(timeWords(open, 'median', 'first_response'), '2 min');
  assert.equal(timeWords(open, 'p90', 'first_response'), 'not answered yet');
  assert.equal(timeWords(open, 'p90', 'resolution'), 'not resolved yet');
  assert.equal(
    timeWords(times({ p90: 7200, p90_open: true }), 'p90', 'first_response'),
    'longer than 2 h 00 min',
  );
  assert.equal(timeWords(times(), 'median', 'first_response'), '–');
});

test('changes say whether they are for the better', () => {
  assert.equal(changeWords(shareChange(0.9, 0.85, true)), 'up 5.0 points, better');
  assert.equal(changeWords(shareChange(0.1, 0.05, false)), 'up 5.0 points, worse');
  assert.equal(changeWords(shareChange(0.85, 0.8501, true)), 'as before');
  assert.equal(changeWords(shareChange(0.85, null, true)), 'nothing to compare with');
  assert.equal(changeWords(countChange(110, 100, null)), 'up 10 %');
  assert.equal(changeWords(countChange(5, 0, null)), 'none before');
  assert.equal(changeWords(countChange(500, 3, null)), '3 before');
  assert.equal(changeWords(countChange(100_001, 100_000, null)), 'up under 1 %');
  assert.equal(changeWords(countChange(3000, 100, false)), 'up 30 times, worse');
});

test('no verdict is passed on a handful', () => {
  assert.equal(changeWords(shareChange(0.5, 1, true, 200, 4)), 'only 4 before');
  assert.equal(changeWords(shareChange(0.5, 1, true, 3, 400)), 'too few to compare');
  const median = times({ median: 60 });
  assert.equal(changeWords(timeChange(median, times({ median: 600 }), 'median', 80, 2)), 'only 2 before');
  assert.equal(changeWords(timeChange(median, times(), 'median', 80, 0)), 'nothing to compare with');
});

test('shorter is better, and what is not known is not compared as a number', () => {
  const median = (value: number) => times({ median: value });
  const unknown = times({ median_open: true });
  assert.equal(changeWords(timeChange(median(300), median(600), 'median')), 'down 5 min, better');
  assert.equal(changeWords(timeChange(median(600), median(300), 'median')), 'up 5 min, worse');
  assert.equal(changeWords(timeChange(median(600), median(600.2), 'median')), 'as before');
  assert.equal(changeWords(timeChange(unknown, median(600), 'median')), 'up was 10 min, worse');
  assert.equal(timeChange(median(600), unknown, 'median').tone, 'better');
  assert.equal(timeChange(unknown, unknown, 'median').tone, 'none');
  assert.equal(timeChange(times(), median(600), 'median').text, 'nothing to compare with');
});

test('figures that lag say by how much', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  assert.deepEqual(lateness('2026-11-23T11:59:30Z', now), { words: 'up to date', late: false });
  assert.deepEqual(lateness('2026-11-23T11:55:00Z', now), { words: '5 min behind', late: false });
  assert.equal(lateness('2026-11-23T11:00:00Z', now).late, true);
  assert.equal(lateness('2026-11-23T12:00:05Z', now).words, 'up to date');
});

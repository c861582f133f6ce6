import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  evenSpans,
  everyNth,
  farApart,
  fitted,
  labelRoom,
  namedSpans,
  shortSpan,
  spaced,
} from '../../../agent_console/web/src/ui/charts/geometry.ts';

const measure = (text: string) => text.length * 7;

test('ticks of time are lengths that people name, in equal steps', () => {
  assert.deepEqual(evenSpans(3600, 5), [0, 900, 1800, 2700, 3600]);
  assert.deepEqual(evenSpans(90, 5).map(shortSpan), ['0 s', '30 s', '1 min', '1.5 min']);
  for (const most of [1, 59, 3_601, 86_399, 7e5, 9e7, 9e8]) {
    const ticks = evenSpans(most, 5);
    assert.ok(ticks.length >= 2 || most < 2, `${most}: ${ticks}`);
    assert.ok(ticks.length <= 6, `${most}: ${ticks}`);
    assert.ok((ticks.at(-1) ?? 0) <= most);
  }
});

test('on an axis with growing steps, ticks lie within it', () => {
  assert.deepEqual(namedSpans(60, 3600).map(shortSpan), ['1 min', '2 min', '5 min', '10 min', '15 min', '30 min', '1 h']);
  assert.equal(farApart([60, 0, 1700]), false);
  assert.equal(farApart([60, 86_400]), true);
  assert.equal(farApart([60]), false);
});

test('labels keep their distance', () => {
  assert.deepEqual(spaced([0, 10, 30, 45, 90], (at) => at, 30), [0, 30, 90]);
  for (const count of [1, 7, 31, 90, 400]) {
    const nth = everyNth(count, 560, 56);
    assert.ok(Math.ceil(count / nth) * 56 <= 560 + 56);
  }
});

test('a long name is cut to its room and keeps its beginning', () => {
  assert.equal(fitted('Gas', 60, measure), 'Gas');
  const cut = fitted('Parks, Recreation and Neighborhood Affairs', 140, measure);
  assert.ok(measure(cut) <= 140);
  assert.match(cut, /^Parks, Recreation.*…$/);
  assert.equal(fitted('Parks, Recreation', 7 * 8, measure), 'Parks,…');
});

test('names get at most a third of a chart', () => {
  assert.equal(labelRoom(['x'.repeat(100)], 600, measure), 204);
  assert.equal(labelRoom(['Water'], 600, measure), 40);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CityTime,
  age,
  cityHour,
  daysToMonday,
  fromCityInput,
  seconds,
  span,
  spanInWords,
  spanLong,
  toCityInput,
} from '../../../agent_console/web/src/model/time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = 'America/New_York';

test('countdowns by size, the sign left to the caller', () => {
  assert.equal(span(4 * MINUTE + 5_000), '4:05');
  assert.equal(span(-(4 * MINUTE + 5_000)), '4:05');
  assert.equal(span(3 * HOUR + 2 * MINUTE), '3h 02m');
  assert.equal(span(50 * HOUR), '2d 2h');
  assert.equal(spanInWords(61_000), '1 minute');
  assert.equal(spanInWords(20_000), 'less than a minute');
  assert.equal(age(30_000), 'now');
  assert.equal(age(26 * HOUR), '1d');
});

test('seconds of a report', () => {
  assert.equal(seconds(null), '–');
  assert.equal(seconds(42), '42 s');
  assert.equal(seconds(400), '7 min');
  assert.equal(seconds(3_900), '1 h 05 min');
});

test('days and hours are the city’s', () => {
  const city = new CityTime(ZONE);
  // Half past eleven at night in New York, the next day in UTC.
  const now = Date.parse('2026-11-21T04:30:00Z');
  assert.equal(city.day('2026-11-21T04:00:00Z', now), 'Today');
  assert.equal(city.day('2026-11-20T04:00:00Z', now), 'Yesterday');
  assert.equal(city.clock('2026-11-21T04:30:00Z').replace('\u202f', ' '), '11:30 PM');
});

test('an hour of the city’s clock, also over a change of the clocks', () => {
  const before = Date.parse('2026-10-31T20:00:00Z');
  assert.equal(cityHour(before, ZONE, 1, 8).toISOString(), '2026-11-01T13:00:00.000Z');
  assert.equal(cityHour(before, ZONE, 0, 8).toISOString(), '2026-10-31T12:00:00.000Z');
  const spring = Date.parse('2027-03-13T20:00:00Z');
  assert.equal(cityHour(spring, ZONE, 1, 8).toISOString(), '2027-03-14T12:00:00.000Z');
});

test('the next Monday is never today', () => {
  assert.equal(daysToMonday(Date.parse('2026-11-20T15:00:00Z'), ZONE), 3);
  assert.equal(daysToMonday(Date.parse('2026-11-23T15:00:00Z'), ZONE), 7);
  assert.equal(daysToMonday(Date.parse('2026-11-22T15:00:00Z'), ZONE), 1);
});

test('a field on the city’s clock and back, over a change of the clocks', () => {
  const zone = 'America/New_York';
  const winter = Date.parse('2026-11-20T20:30:00Z');
  assert.equal(toCityInput(winter, zone), '2026-11-20T15:30');
  assert.equal(fromCityInput('2026-11-20T15:30', zone)?.getTime(), winter);
  const summer = fromCityInput('2026-07-01T09:00', zone);
  assert.equal(summer?.toISOString(), '2026-07-01T13:00:00.000Z');
  assert.equal(fromCityInput('', zone), null);
  assert.equal(fromCityInput('tomorrow', zone), null);
});

test('a span as a sentence has it', () => {
  assert.equal(spanLong(3 * 3_600_000 + 12 * 60_000), '3 h 12 min');
  assert.equal(spanLong(50 * 3_600_000), '2 days');
  assert.equal(spanLong(5 * 60_000), '5 min');
  assert.equal(spanLong(20_000), 'less than a minute');
});

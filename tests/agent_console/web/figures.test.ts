import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  areaOf,
  botShare,
  byLoad,
  byTrouble,
  channelLines,
  crew,
  feed,
  fitting,
  hoursOf,
  sumLoads,
  trendWords,
} from '../../../agent_console/web/src/supervisor/figures.ts';
import { unitOf, wallPlace, wallSearch } from '../../../agent_console/web/src/wallboard/place.ts';
import { agent, load, notice, point } from './live.ts';
import { at } from './tickets.ts';

test('rows are sorted by what hurts', () => {
  const rows = [
    { name: 'a', ...load({ open: 9 }) },
    { name: 'b', ...load({ open: 1, breached: 1 }) },
    { name: 'c', ...load({ open: 2, due_soon: 2 }) },
    { name: 'd', ...load({ open: 9, waiting: 3 }) },
  ];
  assert.deepEqual(
    byTrouble(rows, (row) => row.name).map((row) => row.name),
    ['b', 'c', 'd', 'a'],
  );
});

test('what does not fit is summed up in one line', () => {
  const rows = [1, 2, 3, 4, 5];
  assert.deepEqual(fitting(rows, 5), { shown: rows, rest: [] });
  assert.deepEqual(fitting(rows, 4), { shown: [1, 2, 3], rest: [4, 5] });
  assert.deepEqual(fitting(rows, 0), { shown: [], rest: rows });
  assert.deepEqual(sumLoads([load({ open: 2, waiting: 1 }), load({ open: 3, breached: 2 })]), {
    open: 5,
    waiting: 1,
    due_soon: 0,
    breached: 2,
  });
});

test('people at work come first, the fullest desk on top', () => {
  const agents = [
    agent(1, { presence: 'offline', open: 9 }),
    agent(2, { open: 4 }),
    agent(3, { open: 3, capacity: 4 }),
    agent(4, { presence: 'away', open: 8 }),
    agent(5, { open: 0, capacity: 0 }),
  ];
  assert.deepEqual(
    byLoad(agents).map((one) => one.id),
    [3, 2, 5, 4, 1],
  );
  assert.deepEqual(crew(agents), { online: 3, away: 1, offline: 1, open: 7, capacity: 12 });
});

test("the bot's share", () => {
  assert.equal(botShare({ answered_today: 0, handed_over_today: 0 }), null);
  assert.equal(botShare({ answered_today: 2, handed_over_today: 1 }), 67);
});

test('critical alerts stay on top until they are acknowledged', () => {
  const old = notice(1, { severity: 'critical' });
  assert.deepEqual(
    feed([notice(3), old, notice(2)]).map((one) => one.notice.id),
    [1, 3, 2],
  );
  assert.deepEqual(
    feed([notice(3), { ...old, acknowledged_at: at(0) }, notice(2)]).map((one) => one.notice.id),
    [3, 2, 1],
  );
});

test('what was told to several audiences is one alert, and is seen as one', () => {
  const told = { severity: 'critical', ticket_id: 5, text: 'Overdue: #5' } as const;
  const twice = [notice(1, told), notice(2, { ...told, audience: 'unit', unit: 'billing' })];
  assert.deepEqual(
    feed([...twice, notice(3, { ...told, ticket_id: 6 })]).map((one) => [one.notice.id, one.unseen]),
    [
      [3, [3]],
      [2, [2, 1]],
    ],
  );
  assert.deepEqual(feed([{ ...notice(1, told), acknowledged_at: at(0) }])[0]?.unseen, []);
});

test('channels: in use or with tickets, and the worst of their accounts', () => {
  const account = (kind: string, slug: string, change = {}) => ({
    kind,
    slug,
    enabled: true,
    stopped: false,
    ...change,
  });
  const lines = channelLines(
    [{ channel: 'phone', ...load({ open: 2 }) }],
    [
      account('x', 'city'),
      account('facebook', 'a'),
      account('facebook', 'b', { stopped: true }),
      account('webchat', 'w', { enabled: false }),
    ],
    [
      { name: 'x/city', state: 'degraded', detail: 'polls fail' },
      { name: 'database', state: 'down', detail: null },
    ],
  );
  assert.deepEqual(
    lines.map((line) => [line.channel, line.state, line.detail, line.load?.open]),
    [
      ['facebook', 'down', null, undefined],
      ['phone', 'up', null, 2],
      ['x', 'degraded', 'polls fail', undefined],
    ],
  );
});

test('a chart is told in a sentence', () => {
  const points = Array.from({ length: 32 }, (_, n) =>
    point(-15 * (31 - n), { waiting: n % 5, arrived: n === 3 ? 7 : 1 }),
  );
  const trends = { minutes: 15, points };
  assert.equal(hoursOf(trends), 8);
  assert.equal(
    trendWords(trends, 'waiting'),
    'Customers waiting over the last 8 hours: between 0 and 4, now 1.',
  );
  assert.equal(
    trendWords(trends, 'arrived'),
    'Arrived over the last 8 hours: 38, at most 7 in 15 minutes.',
  );
  assert.equal(trendWords(trends, 'breached'), 'Breached over the last 8 hours: 0.');
  assert.equal(trendWords({ minutes: 15, points: [] }, 'waiting'), 'Waiting: nothing known yet.');
});

test('a line has its zero at the bottom and ends at the right', () => {
  assert.deepEqual(areaOf([0, 5, 10], 100, 30, 10), {
    line: 'M0 30L50 15L100 0',
    area: 'M0 30L50 15L100 0L100 30L0 30Z',
    last: { x: 100, y: 0 },
  });
  assert.equal(areaOf([], 100, 30, 0).area, '');
  assert.equal(areaOf([0, 0], 100, 30, 0).line, 'M0 30L100 30');
});

test("the wallboard's address", () => {
  assert.deepEqual(wallPlace(''), { unit: null, density: 'wall' });
  assert.deepEqual(wallPlace('?unit=billing&density=desk'), { unit: 'billing', density: 'desk' });
  assert.deepEqual(wallPlace('?unit=&density=huge'), { unit: null, density: 'wall' });
  for (const search of ['', '?unit=billing', '?density=desk', '?unit=a-b&density=desk']) {
    assert.equal(wallSearch(wallPlace(search)), search);
  }
});

test('the measure follows the smaller side', () => {
  assert.equal(unitOf(1920, 1080, 'wall'), 10.8);
  assert.equal(unitOf(1280, 720, 'wall'), 7.2);
  assert.equal(unitOf(3840, 1080, 'wall'), 10.8);
  assert.equal(unitOf(960, 1080, 'wall'), 5.4);
  assert.ok(unitOf(1280, 720, 'desk') < 7.2);
});

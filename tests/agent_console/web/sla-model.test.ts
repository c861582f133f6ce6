import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  blankCalendar,
  blankPolicy,
  copyPolicy,
  freeName,
  moved,
  placeForNew,
  readRules,
  rebased,
  same,
  usersOf,
  writeRules,
} from '../../../agent_console/web/src/sla/model.ts';
import {
  countWithin,
  firstOf,
  homeOf,
  ownProblems,
  placed,
} from '../../../agent_console/web/src/sla/problems.ts';
import { begin, redo, step, undo } from '../../../agent_console/web/src/sla/undo.ts';
import { Keep } from '../../../agent_console/web/src/sla/keep.ts';
import { calendar, policy, rulesOf } from './sla.ts';

const social = policy(4, 'Social media', {
  conditions: { channel: ['facebook', 'x'], emergency: false },
  warn_share: 0.75,
  on_breach: [{ kind: 'raise_priority', target: null }],
});

test('what is read is written again as it was', () => {
  const body = {
    calendars: [
      calendar({
        definition: {
          timezone: 'America/New_York',
          weekly_hours: { mon: [['22:00', '06:00']] },
          holidays: ['2026-12-24'],
          always_open: false,
          exceptions: { '2026-12-31': [['08:00', '12:00']] },
          holiday_calendar: { country: 'US' },
        },
      }),
    ],
    policies: [social, policy(8, 'Everything else')],
  };
  assert.deepEqual(writeRules(readRules(body)), body);
});

test('it is the same until it would be saved differently', () => {
  const before = rulesOf([social]);
  const reordered = rulesOf([{ ...social, conditions: { ...social.conditions, channel: ['x', 'facebook'] } }]);
  assert.equal(same(before, reordered), true);
  assert.equal(same(before, rulesOf([{ ...social, first_response: 60 }])), false);
});

test('moving keeps everything else in order', () => {
  assert.deepEqual(moved(['a', 'b', 'c', 'd'], 0, 2), ['b', 'c', 'a', 'd']);
  assert.deepEqual(moved(['a', 'b', 'c', 'd'], 3, 0), ['d', 'a', 'b', 'c']);
  assert.deepEqual(moved(['a', 'b'], 0, 9), ['b', 'a']);
});

test('a new policy goes before the one that takes every ticket', () => {
  assert.equal(placeForNew(rulesOf([social, policy(8, 'Everything else')])), 1);
  assert.equal(placeForNew(rulesOf([social])), 1);
});

test('a copy stands above its source, is new, and has a name and a key of its own', () => {
  const start = rulesOf([social, policy(5, 'Social media (copy)')]);
  const first = copyPolicy(start, 'p4');
  assert.deepEqual(
    first.rules.policies.map((one) => one.name),
    ['Social media (copy) 2', 'Social media', 'Social media (copy)'],
  );
  const made = first.rules.policies[0];
  assert.equal(made?.id, null);
  assert.equal(made?.key, first.key);
  assert.equal(new Set(first.rules.policies.map((one) => one.key)).size, 3);
  assert.deepEqual(made?.channel, ['facebook', 'x']);
});

test('names nobody has', () => {
  assert.equal(freeName('New', ['old']), 'New');
  assert.equal(freeName('New', ['new', 'NEW 2']), 'New 3');
});

test('what is added has keys apart from each other', () => {
  const start = rulesOf([social]);
  const one = blankPolicy(start);
  const other = blankCalendar({ ...start, policies: [...start.policies, one] }, 'UTC');
  assert.notEqual(one.key, other.key);
  assert.equal(one.calendar, 'offices');
  assert.equal(other.timezone, 'UTC');
});

test('a policy around the clock does not count by its calendar', () => {
  const found = rulesOf([social, policy(1, 'Emergency', { calendar_time: true })]);
  assert.deepEqual(usersOf(found, 'offices').map((one) => one.name), ['Social media']);
});

test('saved over theirs, what they removed is new again', () => {
  const mine = rulesOf([social, policy(8, 'Everything else')]);
  const over = rebased(mine, { calendars: [calendar({ id: 9 })], policies: [policy(8, 'Rest')] });
  assert.deepEqual(over.policies.map((one) => one.id), [null, 8]);
  assert.equal(over.calendars[0]?.id, null);
});

const draft = rulesOf(
  [social, policy(8, 'Everything else')],
  [
    calendar({
      definition: {
        timezone: 'America/New_York',
        weekly_hours: { mon: [['08:00', '12:00'], ['11:00', '17:00']] },
        exceptions: { '2026-12-24': [['08:00', '12:00']] },
      },
    }),
  ],
);

test('a problem is shown at its field, or at the nearest one around it', () => {
  const found = placed(
    [
      { field: 'calendars.0.definition.weekly_hours.mon.1.0', message: 'must be a time of day' },
      { field: 'calendars.0.definition.exceptions.2026-12-24.0', message: 'overlaps' },
      { field: 'calendars.0.definition.unheard_of', message: 'is not a field' },
      { field: 'policies.0.on_breach.0.target', message: 'must be an agent' },
      { field: 'policies.1', message: "is never reached" },
      { field: 'base_version', message: 'is missing' },
    ],
    draft,
  );
  assert.deepEqual(
    Object.fromEntries(found),
    {
      'calendars.0.definition.weekly_hours.mon.1': ['Must be a time of day.'],
      'calendars.0.definition.exceptions.2026-12-24.0': ['Overlaps.'],
      'calendars.0': ['Is not a field.'],
      'policies.0.on_breach.0': ['Must be an agent.'],
      'policies.1': ['Is never reached.'],
      '': ['Base_version: is missing.'],
    },
  );
  assert.equal(firstOf(found, draft), 'policies.0.on_breach.0');
  assert.equal(countWithin(found, 'policies'), 2);
  assert.equal(countWithin(found, 'policies.1'), 1);
  assert.equal(countWithin(found, 'calendars.0'), 3);
});

test('policies.1 is not within policies.10', () => {
  assert.equal(countWithin(new Map([['policies.10', ['no']]]), 'policies.1'), 0);
  assert.equal(homeOf('policies.10.name', new Set(['policies.1'])), '');
});

test('the same is said once, and no problem is none', () => {
  const twice = placed(
    [
      { field: 'policies.0.name', message: 'must not be empty' },
      { field: 'policies.0.name', message: 'must not be empty' },
    ],
    draft,
  );
  assert.deepEqual(twice.get('policies.0.name'), ['Must not be empty.']);
  assert.equal(firstOf(placed([], draft), draft), null);
});

test('days that are missing or twice in the list would be lost on the way: said here', () => {
  const [first] = draft.calendars;
  assert.ok(first);
  const wrong = {
    ...draft,
    calendars: [
      {
        ...first,
        closed: ['2026-12-24', '', '2026-12-24'],
        exceptions: [
          { date: '2026-12-31', spans: [] },
          { date: '2026-12-31', spans: [] },
          { date: '', spans: [] },
        ],
      },
    ],
  };
  assert.deepEqual(ownProblems(wrong).map((error) => error.field.replace('calendars.0.definition.', '')), [
    'exceptions.2026-12-31',
    'exceptions.',
    'holidays.1',
    'holidays.2',
  ]);
  assert.deepEqual(ownProblems(draft), []);
  // Each of them has a field to be shown at.
  assert.equal(placed(ownProblems(wrong), wrong).has(''), false);
});

test('steps back and forth; letters of one field are one step', () => {
  let steps = begin('');
  for (const typed of ['a', 'ab', 'abc']) steps = step(steps, typed, 'name');
  steps = step(steps, 'abc!', 'other');
  steps = undo(steps);
  assert.equal(steps.present, 'abc');
  steps = undo(steps);
  assert.equal(steps.present, '');
  assert.equal(undo(steps), steps);
  steps = redo(redo(steps));
  assert.equal(steps.present, 'abc!');
  steps = step(undo(steps), 'new');
  assert.equal(redo(steps).present, 'new');
});

test('after a step back, typing on in the same field is a step of its own', () => {
  const steps = step(undo(step(step(begin(''), 'a', 'name'), 'x', 'other')), 'ab', 'name');
  assert.equal(undo(steps).present, 'a');
});

test('a draft survives the page; one of another shape is let go', () => {
  const shelf = new Map<string, string>();
  const store = {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, value: string) => void shelf.set(key, value),
    removeItem: (key: string) => void shelf.delete(key),
  };
  const keep = new Keep('5', store);
  assert.equal(keep.read(), null);
  keep.write({ version: 3, rules: draft, comment: 'summer' });
  assert.deepEqual(keep.read(), { version: 3, rules: draft, comment: 'summer' });
  assert.equal(new Keep('6', store).read(), null);
  for (const key of shelf.keys()) shelf.set(key, '{"shape": 0, "rules": {"policies": []}}');
  assert.equal(keep.read(), null);
  for (const key of shelf.keys()) shelf.set(key, 'not json');
  assert.equal(keep.read(), null);
  keep.drop();
  assert.equal(shelf.size, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyView, TicketClock } from '../../../agent_console/web/src/sla/api.ts';
import { differences, differenceWords } from '../../../agent_console/web/src/sla/compare.ts';
import type { Rules } from '../../../agent_console/web/src/sla/model.ts';
import { acted, promise, share, spent, standing, story } from '../../../agent_console/web/src/sla/timeline.ts';
import {
  calendarSentence,
  dateWords,
  duration,
  ordinal,
  policySentence,
} from '../../../agent_console/web/src/sla/words.ts';
import { calendar, names, policy, rulesOf } from './sla.ts';

const sentence = (change: Partial<PolicyView>, first = false): string => {
  const found = rulesOf([policy(1, 'Any', change)]).policies[0];
  assert.ok(found);
  return policySentence(found, names, first);
};

test('durations', () => {
  assert.equal(duration(2_400), '40 min');
  assert.equal(duration(3_600), '1 h');
  assert.equal(duration(5_400), '1 h 30 min');
  assert.equal(duration(97_200), '27 h');
  assert.equal(duration(90), '1 min 30 s');
  assert.equal(duration(0), '0 min');
});

test('a policy reads as a sentence', () => {
  assert.equal(
    sentence({
      conditions: { channel: ['x', 'facebook'], visibility: ['public'], emergency: false },
      next_response: 3_600,
      resolution: 64_800,
      warn_share: 0.75,
      on_warning: [{ kind: 'notify', target: 'unit' }],
      on_breach: [
        { kind: 'notify', target: 'supervisors' },
        { kind: 'notify', target: 'ava@demo.example' },
        { kind: 'raise_priority', target: null },
        { kind: 'move', target: 'billing' },
      ],
    }),
    'Public messages through X or Facebook that are no emergency: a first answer within 1 h, ' +
      'further answers within 1 h and resolved within 18 h, in the hours of City offices. ' +
      'At 75 % of the time it notifies the unit; when missed it notifies the supervisors and ' +
      'Ava Reyes, raises the priority and moves it to Billing.',
  );
  assert.equal(
    sentence({
      conditions: { emergency: true, unit: ['billing'], topic: ['gas-leak'], priority: ['high', 'urgent'] },
      calendar_time: true,
      first_response: 900,
      warn_before: 300,
    }),
    'Emergencies for Billing about “Gas leak” of priority high or urgent: a first answer within ' +
      '15 min, around the clock. 5 min before it warns.',
  );
});

test('the one that takes the rest, and one that promises nothing', () => {
  assert.match(sentence({}), /^Every message that none above takes: a first answer/);
  assert.match(sentence({}, true), /^Every message: /);
  assert.equal(
    sentence({ first_response: null }),
    'Every message that none above takes: no targets, only measured.',
  );
});

test('calendars in words', () => {
  const [first] = rulesOf([], [calendar()]).calendars;
  assert.ok(first);
  assert.equal(
    calendarSentence({ ...first, closed: ['2026-12-24'], exceptions: [{ date: '2026-12-31', spans: [] }] }),
    'Mon–Fri 08:00–17:00; closed Sat–Sun; closed on the holidays of United States (FL); ' +
      '1 closed date of our own; 1 day with other hours. America/New York.',
  );
  assert.match(calendarSentence({ ...first, alwaysOpen: true }), /^Always open/);
  assert.match(calendarSentence({ ...first, country: 'u', subdivision: '' }), /holidays of U;?/);
});

test('small words', () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102].map(ordinal), [
    '1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd',
  ]);
  assert.equal(dateWords('2026-11-26'), 'Thu, Nov 26, 2026');
  assert.equal(dateWords(''), 'no date');
});

const told = (before: Rules, after: Rules): string[] =>
  differences(before, after, names, names).map(differenceWords);

const three = [policy(1, 'One', { conditions: { emergency: true } }), policy(2, 'Two', { conditions: { channel: ['x'] } }), policy(3, 'Three')];

test('nothing changed', () => {
  assert.deepEqual(told(rulesOf(three), rulesOf(three)), []);
});

test('what changed in a policy', () => {
  const [one, two, last] = three as [PolicyView, PolicyView, PolicyView];
  const after = rulesOf([
    one,
    {
      ...two,
      name: 'Social',
      first_response: 1_800,
      conditions: { channel: ['facebook', 'x'] },
      warn_share: 0.5,
      on_breach: [{ kind: 'raise_priority', target: null }],
    },
    { ...last, calendar_time: true },
  ]);
  assert.deepEqual(told(rulesOf(three), after), [
    '“Social”: called “Two” before; channels: X → Facebook or X; first response: 1 h → 30 min; ' +
      'warning: none → at 50 % of the time; when missed: does nothing → raises the priority',
    '“Three”: hours: City offices → around the clock',
  ]);
});

test('only what was moved is told as moved', () => {
  const [one, two, last] = three as [PolicyView, PolicyView, PolicyView];
  assert.deepEqual(told(rulesOf(three), rulesOf([last, one, two])), ['“Three”: moved from 3rd to 1st']);
  assert.deepEqual(told(rulesOf(three), rulesOf([one, last])), ['“Two”: removed']);
  assert.deepEqual(
    told(rulesOf(three), rulesOf([{ ...policy(9, 'New'), id: null }, one, two, last])),
    ['“New”: added as the 1st'],
  );
});

test('one without a number is known by its name: a version from before it was removed', () => {
  const [one] = three as [PolicyView];
  assert.deepEqual(told(rulesOf([{ ...one, id: null }]), rulesOf([{ ...one, first_response: 60 }])), [
    '“One”: first response: 1 h → 1 min',
  ]);
});

test('what changed in a calendar', () => {
  const before = calendar();
  const after = calendar({
    definition: {
      ...before.definition,
      weekly_hours: { ...before.definition.weekly_hours, fri: [['08:00', '12:00']] },
      holidays: ['2026-12-24'],
      exceptions: { '2026-12-31': [['08:00', '12:00']] },
      holiday_calendar: null,
    },
  });
  assert.deepEqual(told(rulesOf([], [before]), rulesOf([], [after])), [
    'Calendar “City offices”: Fri: 08:00–17:00 → 08:00–12:00; holidays: United States (FL) → none; ' +
      'closed on Thu, Dec 24, 2026; Thu, Dec 31, 2026: 08:00–12:00',
  ]);
  assert.deepEqual(told(rulesOf([], [after]), rulesOf([], [before])), [
    'Calendar “City offices”: Fri: 08:00–12:00 → 08:00–17:00; holidays: none → United States (FL); ' +
      'not closed any more on Thu, Dec 24, 2026; usual hours again on Thu, Dec 31, 2026',
  ]);
});

const clock = (change: Partial<TicketClock> = {}): TicketClock => ({
  id: 1,
  metric: 'first_response',
  policy: 'Social media',
  target: 3_600,
  calendar_time: false,
  started_at: '2026-11-23T14:00:00Z',
  due_at: '2026-11-23T15:00:00Z',
  met_at: null,
  used: 900,
  breached_at: null,
  warn_at: null,
  warned_at: null,
  ended: null,
  standing: 'running',
  ...change,
});

test('a clock explained', () => {
  assert.equal(promise(clock()), 'Social media: 1 h of business time');
  assert.equal(promise(clock({ calendar_time: true })), 'Social media: 1 h around the clock');
  assert.equal(promise(clock({ target: null })), 'Social media: no target, only measured');
  assert.equal(promise(clock({ policy: null, target: null })), 'No policy: only measured');
  assert.equal(spent(clock()), '15 min of 1 h');
  assert.equal(spent(clock({ used: 4_230 })), '1 h 10 min of 1 h, 10 min too long');
  assert.equal(spent(clock({ used: 20 })), 'less than a minute of 1 h');
  assert.equal(spent(clock({ target: null })), '15 min so far');
  assert.equal(spent(clock({ target: null, met_at: '2026-11-23T14:15:00Z' })), '15 min');
  assert.equal(share(clock()), 0.25);
  assert.equal(share(clock({ used: 9_999 })), 1);
  assert.equal(share(clock({ target: null })), null);
  assert.deepEqual(standing('late'), { words: 'Late', tone: 'red' });
  assert.equal(standing('something_new').words, 'Something new');
});

test('what was done, and what did not work', () => {
  assert.equal(
    acted(
      [
        { kind: 'notify', target: 'ava@demo.example', error: null },
        { kind: 'move', target: 'billing', error: 'it is there already' },
      ],
      names,
    ),
    'notified Ava Reyes and moved it to Billing (did not work: it is there already)',
  );
  assert.equal(acted([], names), 'nothing was to be done');
});

test('the story is told in the order of its times', () => {
  const found = story(
    {
      entries: [
        { at: '2026-11-23T14:00:00Z', kind: 'created', words: 'Created', detail: null },
        { at: '2026-11-23T15:30:00Z', kind: 'reply', words: 'Answered', detail: null },
      ],
      clocks: [clock()],
      breaches: [
        { metric: 'first_response', due_at: '2026-11-23T15:00:00Z', noticed_at: '2026-11-23T15:00:01Z' },
      ],
      escalations: [
        {
          clock_id: 1,
          moment: 'warning',
          at: '2026-11-23T14:45:00Z',
          done: [{ kind: 'notify', target: 'unit', error: null }],
        },
      ],
    },
    names,
  );
  assert.deepEqual(found.map((entry) => entry.words), [
    'Created',
    'Warning, first response: notified the unit',
    'The target for the first response was missed',
    'Answered',
  ]);
});

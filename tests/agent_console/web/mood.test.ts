import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standing } from '../../../agent_console/web/src/supervisor/mood.ts';
import { notice, report } from './live.ts';
import { at, NOW } from './tickets.ts';

const mood = (given: Parameters<typeof report>[0], more = {}, down: string[] = []) =>
  standing(report(given, more), down, NOW).mood;

const incident = { id: 1, title: 'Outage', tickets: 4, waiting: 2, created_at: at(-9), opened_at: null };

test('nothing wrong is calm', () => {
  assert.deepEqual(standing(report(), [], NOW), { mood: 'calm', reasons: ['nothing open'] });
  assert.deepEqual(standing(report({ open: 40, due_soon: 1, next_due_at: at(30) }), [], NOW), {
    mood: 'calm',
    reasons: ['all within target'],
  });
});

test('each of these is tense', () => {
  assert.equal(mood({ open: 40, breached: 1 }), 'tense');
  assert.equal(mood({ open: 40, breached: 3 }), 'tense'); // less than a tenth
  assert.equal(mood({ open: 5, breached: 2 }), 'tense'); // less than three
  assert.equal(mood({ open: 40, due_soon: 10, next_due_at: at(30) }), 'tense');
  assert.equal(mood({ open: 40, due_soon: 1, next_due_at: at(9) }), 'tense');
  assert.equal(mood({}, { incidents: [{ ...incident, state: 'suspected' }] }), 'tense');
  assert.equal(mood({}, {}, ['Facebook']), 'tense');
});

test('many missed targets, or a critical alert nobody has seen, is on fire', () => {
  assert.equal(mood({ open: 30, breached: 3 }), 'fire');
  const critical = notice(1, { severity: 'critical' });
  assert.equal(mood({}, { notices: [critical] }), 'fire');
  assert.equal(mood({}, { notices: [{ ...critical, acknowledged_at: at(-1) }] }), 'calm');
  assert.equal(mood({}, { notices: [notice(2)] }), 'calm');
});

test('the most pressing reason is first', () => {
  const given = report(
    { open: 10, breached: 4, due_soon: 5, next_due_at: at(1) },
    {
      notices: [notice(1, { severity: 'critical' })],
      incidents: [{ ...incident, state: 'open' }],
    },
  );
  assert.deepEqual(standing(given, ['X'], NOW).reasons, [
    '1 critical alert',
    '4 tickets past target',
    '1 open incident',
    'X is down',
    '5 due within the hour',
  ]);
});

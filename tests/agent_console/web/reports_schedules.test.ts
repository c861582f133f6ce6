import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Schedule } from '../../../agent_console/web/src/reports/api.ts';
import { fromSearch } from '../../../agent_console/web/src/reports/filters.ts';
import {
  addresses,
  bodyOf,
  draftOf,
  emptyDraft,
  problemsFrom,
  problemsOf,
  rhythm,
} from '../../../agent_console/web/src/reports/schedules.ts';

const schedule: Schedule = {
  id: 4,
  name: 'For the board',
  frequency: 'monthly',
  day: 3,
  hour: 6,
  filters: { by: 'topic', unit: 'water', channel: null, topic: null, agent_id: null },
  formats: ['pdf', 'csv'],
  recipients: ['a@example.org', 'b@example.org'],
  active: false,
  next_at: null,
  last_sent_at: null,
  last_error: null,
  created_by: 'Sam Laurent',
};

test('a schedule goes through its form unchanged', () => {
  const { id: _id, next_at: _next, last_sent_at: _last, last_error: _error, created_by: _by, ...body } = schedule;
  assert.deepEqual(bodyOf(draftOf(schedule)), body);
});

test('a new one begins with what the page shows', () => {
  const draft = emptyDraft(fromSearch('?by=agent&unit=gas&agent=7'));
  assert.deepEqual(bodyOf(draft).filters, {
    by: 'agent',
    unit: 'gas',
    channel: null,
    topic: null,
    agent_id: 7,
  });
  assert.deepEqual(Object.keys(problemsOf(draft)), ['name', 'recipients']);
});

test('the day that counts is that of the rhythm', () => {
  const draft = { ...emptyDraft(fromSearch('')), weekday: 4, monthday: 28 };
  assert.equal(bodyOf({ ...draft, frequency: 'weekly' }).day, 4);
  assert.equal(bodyOf({ ...draft, frequency: 'monthly' }).day, 28);
  assert.equal(bodyOf({ ...draft, frequency: 'daily' }).day, 0);
});

test('recipients are typed as people type them, each once', () => {
  assert.deepEqual(addresses(' a@x.org, b@x.org;\nc@x.org a@x.org '), ['a@x.org', 'b@x.org', 'c@x.org']);
  const draft = { ...draftOf(schedule), recipients: 'a@example.org, nobody' };
  assert.match(problemsOf(draft).recipients ?? '', /“nobody”/);
  assert.deepEqual(problemsOf({ ...draftOf(schedule), formats: [] }), {
    formats: 'Choose at least one format.',
  });
});

test('what the server refuses is said at its field, and nothing is lost', () => {
  const said = problemsFrom([
    { field: 'recipients.1', message: 'is no address' },
    { field: 'body.filters.unit', message: 'there is no such unit' },
    { field: 'colour', message: 'is not known' },
    { message: 'and so on' },
  ]);
  assert.deepEqual(said.problems, {
    recipients: 'is no address',
    filters: 'there is no such unit',
  });
  assert.deepEqual(said.rest, ['colour: is not known', 'and so on']);
});

test('the rhythm in words', () => {
  assert.equal(rhythm({ frequency: 'daily', day: 0, hour: 0 }), 'Every day at 12 AM, about the day before');
  assert.equal(rhythm({ frequency: 'weekly', day: 6, hour: 13 }), 'Every Sunday at 1 PM, about the week before');
  const monthly = (day: number) => rhythm({ frequency: 'monthly', day, hour: 7 });
  assert.match(monthly(1), /1st/);
  assert.match(monthly(12), /12th/);
  assert.match(monthly(22), /22nd/);
  assert.match(monthly(23), /23rd/);
});

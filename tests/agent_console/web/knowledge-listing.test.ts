// The list of articles: its address, what is found, its order, its small numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dueWords,
  figureWords,
  type Filters,
  helped,
  listed,
  noFilters,
  percent,
  readFilters,
  standing,
  tally,
  toPerson,
  writeFilters,
} from '../../../agent_console/web/src/knowledge/listing.ts';
import { line } from './articles.ts';

const name = (slug: string) => (slug === 'billing' ? 'Billing' : 'Energy services');
const figures = (shown: number, helpful = 0, unhelpful = 0, person = 0) => ({
  shown,
  helpful,
  unhelpful,
  person,
});
const slugs = (lines: Parameters<typeof listed>[0], more: Partial<Filters>) =>
  listed(lines, { ...noFilters, ...more }, name).map((one) => one.slug);

test('filters are kept in the address, and what is usual is not written', () => {
  assert.equal(writeFilters(noFilters), '');
  const filters: Filters = {
    q: 'gas leak ',
    state: 'review',
    unit: 'none',
    overdue: true,
    sort: 'due',
    turned: true,
  };
  assert.deepEqual(readFilters(writeFilters(filters)), filters);
  assert.deepEqual(readFilters('?state=lost&sort=colour&unit='), noFilters);
});

test('every word is looked for in title, address and unit, without accents', () => {
  const lines = [
    line('energy-audit', { title: 'Auditoría de energía', unit: 'energy-services' }),
    line('pay-a-bill', { title: 'Pay a bill' }),
    line('anywhere', { title: 'Anywhere', unit: null }),
  ];
  assert.deepEqual(slugs(lines, { q: 'ENERGIA auditoria' }), ['energy-audit']);
  assert.deepEqual(slugs(lines, { q: 'services' }), ['energy-audit']);
  assert.deepEqual(slugs(lines, { q: 'bill ' }), ['pay-a-bill']);
  assert.deepEqual(slugs(lines, { unit: 'none' }), ['anywhere']);
});

test('archived ones are out of sight until they are asked for', () => {
  const lines = [line('old', { state: 'archived' }), line('new', { state: 'draft', overdue: true })];
  assert.deepEqual(slugs(lines, {}), ['new']);
  assert.deepEqual(slugs(lines, { state: 'archived' }), ['old']);
  assert.deepEqual(slugs(lines, { overdue: true }), ['new']);
  assert.deepEqual(tally(lines), {
    all: 1,
    states: { published: 0, review: 0, draft: 1, archived: 1 },
    overdue: 1,
  });
});

test('a column begins with what needs somebody; without the figure comes last, either way', () => {
  const lines = [
    line('fine', { figures: figures(10, 9, 1, 1) }),
    line('bad', { figures: figures(20, 1, 9, 15) }),
    line('unread', { figures: figures(0) }),
  ];
  assert.deepEqual(slugs(lines, { sort: 'helpful' }), ['bad', 'fine', 'unread']);
  assert.deepEqual(slugs(lines, { sort: 'helpful', turned: true }), ['fine', 'bad', 'unread']);
  assert.deepEqual(slugs(lines, { sort: 'person' }), ['bad', 'fine', 'unread']);
  assert.deepEqual(slugs(lines, { sort: 'shown' }), ['bad', 'fine', 'unread']);
  assert.deepEqual(slugs(lines, { sort: 'title' }), ['bad', 'fine', 'unread']);
});

test('a review is due for what is in use', () => {
  const lines = [
    line('later', { review_due: '2027-01-01T00:00:00Z' }),
    line('unused', { review_due: '2020-01-01T00:00:00Z', published: null }),
    line('soon', { review_due: '2026-11-30T00:00:00Z' }),
  ];
  assert.deepEqual(slugs(lines, { sort: 'due' }), ['soon', 'later', 'unused']);
  assert.deepEqual(slugs(lines, { sort: 'due', turned: true }), ['later', 'soon', 'unused']);
});

test('figures are said with what they mean', () => {
  assert.equal(helped(figures(3)), null);
  assert.equal(percent(helped(figures(3, 2, 1))), '67 %');
  assert.equal(percent(toPerson(figures(4, 0, 0, 6))), '100 %');
  assert.equal(percent(null), '–');
  assert.deepEqual(figureWords(figures(1, 12, 3, 2)), {
    shown: 'Shown once in 90 days',
    helpful: '12 of 15 readers said that it helped',
    person: 'A person was needed all the same 2 times',
  });
});

test('what is in use meanwhile is said', () => {
  assert.equal(standing({ state: 'draft', version: 4, published: 2 }), 'Draft; version 2 is in use');
  assert.equal(standing({ state: 'published', version: 4, published: 4 }), 'Published');
  assert.equal(standing({ state: 'archived', version: 4, published: null }), 'Archived');
});

test('when a review is due', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  assert.equal(dueWords('2026-11-23T18:00:00Z', now), 'today');
  assert.equal(dueWords('2026-11-25T00:00:00Z', now), 'in 1 day');
  assert.equal(dueWords('2026-11-20T00:00:00Z', now), '4 days late');
  assert.equal(dueWords('2027-05-01T00:00:00Z', now), 'in 5 months');
});

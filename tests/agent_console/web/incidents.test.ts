// Incidents in words and in order, and what is typed while others work on them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asTerm,
  changes,
  draftOf,
  isTouched,
  rebase,
  touchesMatching,
  withTerms,
} from '../../../agent_console/web/src/incidents/draft.ts';
import {
  evidenceWords,
  grouped,
  members,
  newer,
  progress,
  reach,
  ruleWords,
} from '../../../agent_console/web/src/incidents/model.ts';
import { answer, incident } from './incidents.ts';
import { at, ticket } from './tickets.ts';

test('evidence is a sentence', () => {
  assert.equal(
    evidenceWords({ seen: 14, expected: 1.2, minutes: 30 }),
    '14 customers in 30 minutes, 1.2 expected',
  );
  assert.equal(
    evidenceWords({ seen: 5, expected: 0.004, minutes: 120 }),
    '5 customers in 2 hours, hardly any expected',
  );
  assert.equal(evidenceWords({ seen: 6, expected: 2, minutes: 60 }), '6 customers in 1 hour, 2 expected');
  assert.equal(evidenceWords({}), null);
});

test('what matches is a sentence', () => {
  const name = (slug: string) => slug.toUpperCase();
  assert.equal(
    ruleWords({ topic: 'report-outage', terms: ['killearn', 'bull run'], unit: 'utilities' }, name),
    'An inquiry matches that is about “Report outage” and says “killearn” or “bull run” and is for UTILITIES.',
  );
  assert.equal(ruleWords({ topic: null, terms: [], unit: 'utilities' }, name), null);
});

test('suspected, open with the most waiting first, ended newest first', () => {
  const groups = grouped([
    incident(1, { state: 'closed', closed_at: at(-100) }),
    incident(2, { waiting: 1 }),
    incident(3, { state: 'suspected' }),
    incident(4, { waiting: 7 }),
    incident(5, { state: 'dismissed', closed_at: at(-10) }),
    incident(6, { state: 'suspected' }),
  ]);
  assert.deepEqual(groups.suspected.map((one) => one.id), [6, 3]);
  assert.deepEqual(groups.open.map((one) => one.id), [4, 2]);
  assert.deepEqual(groups.ended.map((one) => one.id), [5, 1]);
});

test('an older version or an older progress replaces nothing', () => {
  const held = incident(1, { version: 3, answers: [answer({ done: 4 })] });
  assert.ok(newer(undefined, held));
  assert.ok(!newer(held, incident(1, { version: 2 })));
  assert.ok(!newer(held, incident(1, { version: 3, answers: [answer({ done: 3 })] })));
  assert.ok(newer(held, incident(1, { version: 3, answers: [answer({ done: 4, refused: 1 })] })));
  assert.ok(newer(held, incident(1, { version: 4 })));
});

test('members: those that wait longest first, as the replica has them now', () => {
  const mine = { incident_id: 9 };
  const read = [
    ticket(1, { ...mine, version: 1 }),
    ticket(2, { ...mine, status: 'resolved' }),
    ticket(3, { ...mine, waiting_since: at(-90) }),
    ticket(4, mine),
  ];
  const held = new Map([
    [1, ticket(1, { ...mine, version: 2, waiting_since: null })],
    [4, ticket(4, { incident_id: null, version: 2 })],
    [5, ticket(5, { ...mine, waiting_since: at(-200) })],
    [6, ticket(6, { incident_id: 8 })],
  ]);
  assert.deepEqual(members(9, read, held).map((one) => one.id), [5, 3, 1, 2]);
});

test('an answer reaches the open tickets by channel, and says which it cannot', () => {
  const found = reach([
    ticket(1, { channel: 'x', visibility: 'public' }),
    ticket(2, { channel: 'x', visibility: 'public' }),
    ticket(3),
    ticket(4, { channel: 'phone', can_reply: false }),
    ticket(5, { status: 'resolved' }),
    ticket(6, { merged_into_id: 1 }),
  ]);
  assert.equal(found.total, 4);
  assert.equal(found.mute, 1);
  assert.deepEqual(found.lines, [
    { name: 'X, in public', count: 2, mute: false },
    { name: 'Web chat', count: 1, mute: false },
    { name: 'Phone call', count: 1, mute: true },
  ]);
});

test('progress ends when all are done or refused', () => {
  assert.deepEqual(progress(answer({ done: 4, refused: 1 })), {
    share: 0.5,
    finished: false,
    words: '4 of 10 tickets answered, 1 are left for people',
  });
  assert.ok(progress(answer({ done: 9, refused: 1 })).finished);
  assert.equal(progress(answer({ total: 0 })).words, 'No ticket was open');
});

test('only what was touched is sent', () => {
  const draft = draftOf(incident(1));
  assert.ok(!isTouched(draft));
  draft.typed.terms = ['killearn', 'estates'];
  assert.deepEqual(changes(draft), { terms: ['killearn', 'estates'] });
  assert.ok(touchesMatching(draft));
});

test('what was typed survives what others save, and says where both did', () => {
  const draft = draftOf(incident(1, { title: 'A', answer: 'old' }));
  draft.typed.title = 'Mine';
  draft.typed.answer = 'my answer';
  const now = rebase(
    draft,
    incident(1, { title: 'Theirs', answer: 'old', terms: ['bull run'], version: 2 }),
  );
  assert.equal(now.version, 2);
  assert.deepEqual(changes(now), { title: 'Mine', answer: 'my answer' });
  assert.deepEqual(now.theirs, { title: 'Theirs' });
  assert.deepEqual(now.typed.terms, ['bull run']);
  // Their change is still said after one more that has nothing to do with it.
  const later = rebase(now, incident(1, { title: 'Theirs', answer: 'old', terms: [], version: 3 }));
  assert.deepEqual(later.theirs, { title: 'Theirs' });
  // And no more once both say the same.
  const agreed = rebase(later, incident(1, { title: 'Mine', answer: 'old', terms: [], version: 4 }));
  assert.deepEqual(agreed.theirs, {});
  assert.deepEqual(changes(agreed), { answer: 'my answer' });
  assert.equal(rebase(agreed, incident(1, { version: 2 })), agreed);
});

test('terms are compared as the hub does, each once', () => {
  assert.equal(asTerm('  Killearn   Estates '), 'killearn estates');
  assert.equal(asTerm('...'), null);
  assert.deepEqual(withTerms(['a1'], 'A1, Bull Run;; ,b2'), ['a1', 'bull run', 'b2']);
  assert.equal(withTerms([], Array.from({ length: 30 }, (_, at) => `w${at}`).join(',')).length, 20);
});

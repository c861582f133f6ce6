// What is typed into an article while others work on it, and what is kept of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closing, withClosing } from '../../../agent_console/web/src/knowledge/closing.ts';
import {
  changed,
  firstPair,
  rows,
  summary,
  versionWords,
} from '../../../agent_console/web/src/knowledge/diff.ts';
import {
  byField,
  draftOf,
  emptyFields,
  firstField,
  merged,
  phraseCount,
  previewable,
  rebase,
  settle,
  slugOf,
  toFields,
  toText,
  touched,
} from '../../../agent_console/web/src/knowledge/draft.ts';
import { Keep } from '../../../agent_console/web/src/knowledge/keep.ts';
import { text } from './articles.ts';

const typedInto = (more: object) => {
  const draft = draftOf(3, text());
  return { ...draft, typed: { ...draft.typed, ...more } };
};

test('a text survives the form', () => {
  const whole = text({ answer_es: 'Pague en línea.', phrases_es: ['cómo pago'], staff_note: 'Ask' });
  assert.deepEqual(toText(toFields(whole)), whole);
  assert.deepEqual(toText(toFields(text())), text());
});

test('blank lines and ends say nothing', () => {
  const draft = typedInto({ phrases: '\n how do I pay \n\npay my bill\n', answer: 'Pay online.\n' });
  assert.deepEqual(touched(draft), []);
  assert.deepEqual(touched(typedInto({ answer: '  ' })), ['answer']);
  assert.deepEqual(phraseCount('a\n\nb\n', 5), {
    count: 2,
    words: '2 phrases, at least 5 are needed',
  });
  assert.equal(phraseCount('a', 0).words, '1 phrase');
});

test('somebody saved meanwhile: what was typed stays, the rest follows', () => {
  const draft = typedInto({ answer: 'Pay by phone.', title: 'Paying a bill' });
  const now = text({ answer: 'Pay at a kiosk.', source: 'A letter', title: 'Paying a bill' });
  const after = rebase(draft, 4, now);
  assert.equal(after.version, 4);
  assert.equal(after.typed.answer, 'Pay by phone.');
  assert.equal(after.typed.source, 'A letter');
  assert.deepEqual(after.theirs, { answer: 'Pay at a kiosk.' });
  assert.deepEqual(touched(after), ['answer']);

  const taken = settle(after, 'answer', true);
  assert.deepEqual([taken.typed.answer, taken.theirs], ['Pay at a kiosk.', {}]);
  assert.deepEqual(settle(after, 'answer', false).typed.answer, 'Pay by phone.');
  assert.equal(settle(after, 'title', true), after);

  // Saved once more elsewhere: what they had made of the answer is still told.
  const later = rebase(after, 5, text({ ...now, source: 'Two letters' }));
  assert.deepEqual(later.theirs, { answer: 'Pay at a kiosk.' });
  assert.equal(rebase(later, 5, text()), later);
});

test('an article to be made can be previewed before it has a title', () => {
  const { text: shown, problems } = previewable(toText(emptyFields('2026-11-23')));
  assert.deepEqual(problems.map((one) => one.field), ['title', 'slug']);
  assert.ok(shown.title && shown.slug);
  assert.deepEqual(previewable(text()), { text: text(), problems: [] });
  assert.equal(previewable(text({ slug: 'Pay-' })).problems[0]?.field, 'slug');
});

test('an address is made of a title', () => {
  assert.equal(slugOf('¿Cómo pago? Año 2026, city’s bill!'), 'como-pago-ano-2026-citys-bill');
  assert.equal(slugOf('x'.repeat(59) + ' word').length, 59);
});

test('problems stand at their fields, each once', () => {
  const found = byField([
    { field: 'text.title', message: 'must not be empty' },
    { field: 'text.phrases.2', message: 'is too long' },
    { field: 'phrases', message: 'is there twice' },
  ]);
  assert.deepEqual(found.get('phrases'), ['line 3: is too long', 'is there twice']);
  assert.equal(firstField(found), 'title');
  assert.equal(firstField(new Map([['why', ['is missing']]])), null);
  assert.deepEqual(merged(found, byField([{ field: 'phrases', message: 'is there twice' }])), found);
});

test('the line to close with is added as the rule says it', () => {
  const line = closing(["confidence M must close with 'Please confirm at 850-891-4968.'"]);
  assert.equal(line, 'Please confirm at 850-891-4968.');
  assert.equal(withClosing('It opens at 8. \n', line ?? ''), `It opens at 8.\n\n${line}`);
  assert.equal(withClosing(' ', 'x'), 'x');
  assert.equal(closing(['is missing']), null);
});

test('a difference folds what stayed the same', () => {
  const same = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ op: 'same' as const, text: `${index}` }));
  const lines = [...same(5), { op: 'removed' as const, text: 'old' }, { op: 'added' as const, text: 'new' }, ...same(3)];
  const found = rows(lines);
  assert.deepEqual(
    found.map((row) => (row.op === 'fold' ? row.count : row.op)),
    [3, 'same', 'same', 'removed', 'added', 'same', 'same', 'same'],
  );
  assert.equal(summary({ field: 'answer', lines }), '1 line added, 1 removed');
  assert.deepEqual(
    changed([
      { field: 'phrases', lines },
      { field: 'title', lines },
      { field: 'answer', lines: same(2) },
    ]).map((field) => field.field),
    ['title', 'phrases'],
  );
});

test('the newest is compared with what is in use, else with the one before', () => {
  const versions = [3, 2, 1].map((number) => ({
    number,
    state: 'draft' as const,
    why: '',
    by: 'agent:1:Sam',
    at: '2026-11-23T12:00:00Z',
  }));
  assert.deepEqual(firstPair(versions, 1), { from: 1, to: 3 });
  assert.deepEqual(firstPair(versions, 3), { from: 2, to: 3 });
  assert.equal(firstPair(versions.slice(2), 1), null);
  assert.equal(versionWords('published', 2, 2), 'In use');
  assert.equal(versionWords('archived', 1, 2), 'Out of use');
});

test('a draft is kept in the browser, and a broken one is let go', () => {
  const store = new Map<string, string>();
  const shelf = {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
    removeItem: (key: string) => void store.delete(key),
  };
  const keep = new Keep('7', shelf);
  const fields = toFields(text());
  keep.write('pay', { version: 2, base: fields, typed: fields, why: 'New hours' });
  assert.equal(keep.read('pay')?.why, 'New hours');
  assert.equal(new Keep('8', shelf).read('pay'), null);
  for (const key of store.keys()) store.set(key, '{"shape":1}');
  assert.equal(keep.read('pay'), null);
  keep.drop('pay');
  assert.equal(store.size, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsFor } from '../../../agent_console/web/src/model/parts.ts';

const length = (text: string): number => [...text].length;
const sentence = (characters: number): string => `${'a'.repeat(characters - 1)}.`;

test('what fits is one part', () => {
  assert.equal(partsFor('a'.repeat(280), 280, length), 1);
  assert.equal(partsFor('a'.repeat(9_000), null, length), 1);
});

test('sentences stay whole where they can', () => {
  // Two of 150 and one of 100: the second and third go together.
  const text = [sentence(150), sentence(150), sentence(100)].join(' ');
  assert.equal(partsFor(text, 280, length), 2);
  // Three of 200 fill three parts, although 600 characters would fit into fewer but for that.
  assert.equal(partsFor([sentence(200), sentence(200), sentence(200)].join(' '), 280, length), 3);
});

test('a long sentence breaks between words, a long word inside', () => {
  assert.equal(partsFor('word '.repeat(60), 280, length), 2);
  assert.equal(partsFor('a'.repeat(281), 280, length), 2);
  assert.equal(partsFor('a'.repeat(600), 280, length), 3);
});

test('ten parts and more need wider numbers', () => {
  const room = 280 - ' (10/10)'.length;
  assert.equal(partsFor('a'.repeat(room * 10 + 1), 280, length), 11);
});

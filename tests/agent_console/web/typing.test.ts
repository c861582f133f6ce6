import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Typing, TYPING_MS, typingWords } from '../../../agent_console/web/src/model/typing.ts';
import { NOW } from './tickets.ts';

const visitor = { by: 'customer', name: 'Visitor' } as const;
const ava = { by: 'agent', name: 'Ava Reyes' } as const;

test('a notice is shown for a while, to others', () => {
  const typing = new Typing();
  typing.hear(1, visitor, NOW);
  typing.hear(1, ava, NOW);
  assert.deepEqual(typing.writers(1, 'Ava Reyes', NOW + 1).map((one) => one.by), ['customer']);
  assert.equal(typing.writers(1, 'Sam Laurent', NOW + 1).length, 2);
  assert.equal(typing.writers(2, 'Sam Laurent', NOW + 1).length, 0);
  assert.equal(typing.writers(1, 'Sam Laurent', NOW + TYPING_MS).length, 0);
});

test('what arrived is not being written any more', () => {
  const typing = new Typing();
  typing.hear(1, visitor, NOW);
  typing.hear(1, ava, NOW);
  typing.arrived(1, 'customer');
  assert.deepEqual(typing.writers(1, 'Sam Laurent', NOW + 1).map((one) => one.name), ['Ava Reyes']);
});

test('in words', () => {
  assert.equal(typingWords([], 'Rosa'), '');
  assert.equal(typingWords([visitor], 'Rosa'), 'Rosa is typing…');
  assert.equal(typingWords([visitor, ava], 'Rosa'), 'Rosa and Ava Reyes are typing…');
});

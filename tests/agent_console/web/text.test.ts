import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countFor,
  initials,
  oneLine,
  phoneNumber,
  pieces,
} from '../../../agent_console/web/src/model/text.ts';

const kinds = (body: string) => pieces(body).map((piece) => [piece.kind, piece.text]);

test('HTML stays text', () => {
  assert.deepEqual(kinds('<b>hi</b>'), [['text', '<b>hi</b>']]);
});

test('only http and https become links, without the sentence around them', () => {
  assert.deepEqual(kinds('(see https://a.example/x?b=1).'), [
    ['text', '(see '],
    ['link', 'https://a.example/x?b=1'],
    ['text', ').'],
  ]);
  assert.deepEqual(kinds('javascript:alert(1)'), [['text', 'javascript:alert(1)']]);
  assert.deepEqual(kinds('https://a.example/wiki/(b)'), [['link', 'https://a.example/wiki/(b)']]);
});

test('a link ends before a direction mark', () => {
  assert.deepEqual(kinds('https://a.example/\u202egpj.exe')[1], ['mark', 'U+202E']);
});

test('invisible controls are shown, line breaks and joiners left alone', () => {
  assert.deepEqual(kinds('a\u202eb'), [
    ['text', 'a'],
    ['mark', 'U+202E'],
    ['text', 'b'],
  ]);
  assert.deepEqual(kinds('a\n\tb'), [['text', 'a\n\tb']]);
  assert.deepEqual(kinds('👩‍🚒'), [['text', '👩‍🚒']]);
});

test('nothing is lost in pieces', () => {
  const body = 'x https://a.example/, y\u200b https://b.example. \u2066z';
  const joined = pieces(body)
    .map((piece) =>
      piece.kind === 'mark' ? String.fromCodePoint(parseInt(piece.text.slice(2), 16)) : piece.text,
    )
    .join('');
  assert.equal(joined, body);
});

test('one line keeps no break and no control', () => {
  assert.equal(oneLine(' a\n\n b\u202e '), 'a b\ufffd');
});

test('characters are counted as the channel counts them', () => {
  assert.equal(countFor('webchat', '👩‍🚒a'), 4);
  assert.equal(countFor('x', 'hello'), 5);
  assert.equal(countFor('x', '停電'), 4);
  assert.equal(countFor('x', '👩‍🚒'), 2);
  assert.equal(countFor('x', `see https://a.example/${'x'.repeat(200)}`), 4 + 23);
});

test('names have initials, numbers their dashes', () => {
  assert.equal(initials('Rosa Díaz'), 'RD');
  assert.equal(initials('@storm_watch'), 'SW');
  assert.equal(initials(''), '?');
  assert.equal(phoneNumber('+1 (850) 891-4968'), '850-891-4968');
  assert.equal(phoneNumber('+44 20 7946 0000'), '+44 20 7946 0000');
});

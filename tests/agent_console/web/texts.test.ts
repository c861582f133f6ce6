import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  backAt,
  errorText,
  languageOf,
  say,
  textsIn,
} from '../../../agent_console/web/src/widget/texts.ts';

test('the page says which language, then the document, then the browser', () => {
  assert.equal(languageOf('es', 'en', 'en-US'), 'es');
  assert.equal(languageOf(undefined, 'es-MX', 'en-US'), 'es');
  assert.equal(languageOf(undefined, '', 'es-419'), 'es');
  assert.equal(languageOf(undefined, 'fr', 'es'), 'es', 'the first that we speak');
  assert.equal(languageOf(null, 'fr', 'de'), 'en');
  assert.equal(languageOf('est'), 'en', 'Estonian is not Spanish');
});

test('every text is there in both, with the same gaps to fill', () => {
  const flat = (texts: object, at = ''): [string, string][] =>
    Object.entries(texts).flatMap(([name, text]) =>
      typeof text === 'string' ? [[at + name, text]] : flat(text as object, `${name}.`),
    );
  const gaps = (text: string) => (text.match(/\{\d\}/g) ?? []).sort().join();
  const english = flat(textsIn('en'));
  const spanish = new Map(flat(textsIn('es')));
  assert.equal(english.length, spanish.size);
  for (const [name, text] of english) {
    assert.equal(gaps(spanish.get(name) ?? 'missing'), gaps(text), name);
    assert.notEqual(spanish.get(name), text, name);
  }
});

test('gaps are filled with text as it is', () => {
  assert.equal(say('{0} and {1}', '$&', 2), '$& and 2');
  assert.equal(say('{0}', '{1}'), '{1}');
});

test('a code nobody knows is told all the same', () => {
  assert.equal(errorText(textsIn('es'), 'brand-new'), textsIn('es').errors.other);
});

test('when people are back is said in the time of the city', () => {
  const soon = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
  const weekday = new Date(`${soon}T13:00:00Z`).toLocaleDateString('en-US', {
    weekday: 'long',
    timeZone: 'UTC',
  });
  assert.equal(backAt('en', `${soon}T13:00:00Z`, 'Etc/GMT+5'), `${weekday} at 8:00 AM`);
  assert.match(backAt('es', `${soon}T13:00:00Z`, 'Etc/GMT+5'), /^el [a-zé\u00e1]+ a las 8:00$/);
  assert.match(backAt('en', '2099-01-05T13:00:00Z', 'America/New_York'), /January 5/);
  assert.equal(backAt('en', null, 'UTC'), '');
});

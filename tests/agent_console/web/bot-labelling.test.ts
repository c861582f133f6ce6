// Labelling faster than the hub answers, and the bot's models in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BotModel, Example } from '../../../agent_console/web/src/bot/api.ts';
import {
  choicesOf,
  emptyQueue,
  label,
  matching,
  pressed,
  putBack,
  takeBack,
  wantsMore,
  withDone,
  withPage,
} from '../../../agent_console/web/src/bot/queue.ts';
import {
  figureLines,
  howFar,
  lasted,
  learning,
  outcomeWords,
  points,
  reasons,
  share,
  usable,
  verdictWords,
} from '../../../agent_console/web/src/bot/words.ts';

const example = (id: number, more: Partial<Example> = {}): Example => ({
  id,
  ticket_id: id,
  text: `message ${id}`,
  language: 'en',
  outcome: 'answer',
  guess: 'pay-a-bill',
  confidence: 0.82,
  label: null,
  labelled_by: null,
  labelled_at: null,
  choices: [],
  ...more,
});
const page = (ids: number[], open: number, next: string | null = null) => ({
  items: ids.map((id) => example(id)),
  open,
  next_cursor: next,
});
const ids = (examples: readonly Example[]) => examples.map((one) => one.id);
const at = '2026-11-23T12:00:00Z';
const titles = new Map([['pay-a-bill', 'Pay a bill']]);

test('a label counts at once, and the last one is taken back first', () => {
  let queue = withPage(emptyQueue, page([9, 8, 7], 3), 0);
  queue = label(queue, 9, 'pay-a-bill', 'Sam', at);
  queue = label(queue, 8, 'skip', 'Sam', at);
  assert.deepEqual([ids(queue.waiting), ids(queue.done), queue.open], [[7], [8, 9], 1]);
  queue = takeBack(queue, 8);
  assert.deepEqual([ids(queue.waiting), ids(queue.done), queue.open], [[8, 7], [9], 2]);
  assert.equal(queue.waiting[0]?.label, null);
  assert.equal(label(queue, 99, 'skip', 'Sam', at), queue);
});

test('a page that was asked for before a label came does not bring it back', () => {
  let queue = withPage(emptyQueue, page([9, 8], 5, '8'), 0);
  queue = label(queue, 9, 'skip', 'Sam', at);
  queue = withPage(queue, page([9, 7, 6], 9, '6'), 1);
  assert.deepEqual([ids(queue.waiting), queue.open], [[8, 7, 6], 8]);
  assert.equal(wantsMore(queue), true);
  // The last page: what is held is all there is, whatever was counted.
  queue = withPage(queue, page([5], 9), 0);
  assert.deepEqual([queue.open, wantsMore(queue)], [4, false]);
});

test('what was labelled before is listed after what was labelled here', () => {
  let queue = withPage(emptyQueue, page([9], 1), 0);
  queue = label(queue, 9, 'skip', 'Sam', at);
  const before = example(3, { label: 'skip', labelled_at: at });
  queue = withDone(queue, [example(9, { label: 'skip' }), before]);
  assert.deepEqual(ids(queue.done), [9, 3]);
});

test('what the hub refuses comes back as it was', () => {
  let queue = withPage(emptyQueue, page([9, 8], 2), 0);
  queue = label(queue, 9, 'skip', 'Sam', at);
  const done = queue.done[0] as Example;
  queue = takeBack(queue, 9);
  queue = putBack(queue, done);
  assert.deepEqual([ids(queue.waiting), ids(queue.done), queue.open], [[8], [9], 1]);
  assert.equal(putBack(queue, done), queue);
});

test('one key decides', () => {
  const choices = choicesOf(
    example(1, { choices: [{ slug: 'move', title: 'Move' }, { slug: 'skip', title: '?' }] }),
    titles,
  );
  assert.deepEqual(choices.map((one) => one.title), ['Pay a bill', 'Move']);
  assert.deepEqual(pressed('2', choices), { do: 'label', slug: 'move' });
  assert.equal(pressed('3', choices), null);
  assert.deepEqual(pressed('o', choices), { do: 'label', slug: 'out-of-scope' });
  assert.deepEqual(pressed('s', choices), { do: 'label', slug: 'skip' });
  assert.deepEqual(pressed('/', choices), { do: 'search' });
  assert.deepEqual(pressed('u', choices), { do: 'undo' });
  assert.equal(pressed('x', choices), null);
});

test('an article is found by the beginning of its words first', () => {
  const topics = [
    { slug: 'prepay', title: 'Prepaid electricity' },
    { slug: 'report-outage', title: 'Report an outage' },
    { slug: 'pay-a-bill', title: 'Pay a bill' },
    { slug: 'autopay', title: 'Autopay' },
    { slug: 'where', title: 'Where to pay' },
  ];
  assert.deepEqual(matching(topics, 'pay').map((one) => one.slug), [
    'pay-a-bill',
    'where',
    'autopay',
    'prepay',
  ]);
  assert.deepEqual(matching(topics, 'outage rep').map((one) => one.slug), ['report-outage']);
  assert.deepEqual(matching(topics, 'zz('), []);
  assert.equal(matching(topics, '', 2).length, 2);
});

const model = (id: number, more: Partial<BotModel> = {}): BotModel => ({
  id,
  state: 'kept',
  name: `bot-${id}`,
  why: '',
  by: 'system',
  asked_at: at,
  started_at: null,
  ended_at: null,
  progress: '',
  error: null,
  figures: {},
  worse: [],
  active: false,
  usable: true,
  ...more,
});

test('counts of held-back messages are shares, by language', () => {
  const english = { n: 200, right: 150, offered: 30, wrong: 4, handed: 16, out_of_scope: 0 };
  const lines = figureLines({
    topics: 60,
    held_back: { es: { n: 0, out_of_scope: 10, out_of_scope_answered: 1 }, en: english },
  });
  assert.deepEqual(lines.map((line) => line.language), ['en', 'es']);
  assert.deepEqual(
    [lines[0]?.right, lines[0]?.offered, lines[0]?.wrong, lines[0]?.handed, lines[0]?.answered],
    [0.75, 0.15, 0.02, 0.08, null],
  );
  assert.deepEqual([lines[1]?.right, lines[1]?.answered], [null, 0.1]);
  assert.deepEqual(figureLines({}), []);
  assert.deepEqual(figureLines({ held_back: null }), []);
});

test('beside the one in use', () => {
  assert.equal(points(0.75, 0.7), '+5');
  assert.equal(points(0.7, 0.7123), '−1.2');
  assert.equal(points(0.7, 0.7), null);
  assert.equal(points(null, 0.7), null);
  assert.equal(share(0.9125), '91.3 %');
  assert.equal(share(null), '–');
});

test('what may be used again', () => {
  assert.equal(usable(model(1)), true);
  assert.equal(usable(model(1, { usable: null, state: 'worse' })), true);
  assert.equal(usable(model(1, { usable: false })), false);
  assert.equal(usable(model(1, { state: 'active', active: true })), false);
  assert.equal(usable(model(1, { state: 'failed', name: null })), false);
});

test('a model and a message are told in words', () => {
  assert.equal(outcomeWords(example(1), titles), 'It answered with “Pay a bill”, 82 % sure.');
  assert.equal(
    outcomeWords(example(1, { outcome: 'handoff', guess: null, confidence: null }), titles),
    'It brought a person in and had no guess.',
  );
  assert.equal(verdictWords('wrong', 'move', 'pay-a-bill', titles), 'answered with “Pay a bill”');
  assert.equal(verdictWords('right', 'out-of-scope', null, titles), 'not answered, rightly');
  assert.equal(verdictWords('wrong', 'out-of-scope', 'pay-a-bill', titles), 'answered with “Pay a bill”');
  assert.deepEqual(reasons({ reasons: ['3 instead of 1'] }), ['3 instead of 1']);
  assert.deepEqual(reasons({}), []);
  assert.equal(lasted(model(1, { started_at: at, ended_at: '2026-11-23T12:00:42Z' })), 42);
  assert.equal(lasted(model(1, { started_at: at })), null);
  assert.equal(howFar('training: 40 %'), 0.4);
  assert.equal(howFar('epoch 30 of 60'), 0.5);
  assert.equal(howFar('training on 52 topics: Featurizer'), null);
});

test('what was published is followed until the bot knows it', () => {
  const told = (...models: BotModel[]) => learning(models, 5)?.words;
  assert.equal(told(model(4)), undefined);
  assert.equal(told(model(5, { state: 'wanted' })), 'The bot is about to learn it.');
  assert.equal(
    told(model(5, { state: 'training', progress: 'measuring' })),
    'The bot is learning it: measuring',
  );
  assert.equal(told(model(5, { state: 'active' })), 'The bot has learned it.');
  assert.match(told(model(5, { state: 'worse' })) ?? '', /stays in use/);
  assert.match(told(model(5, { state: 'failed' })) ?? '', /failed/);
  // The next one is being made already: it has it, too.
  assert.match(told(model(5, { state: 'kept' }), model(6, { state: 'training' })) ?? '', /learning/);
});

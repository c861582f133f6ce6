import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answered,
  limitOf,
  privateReplyEnds,
  privateWindow,
  reach,
} from '../../../agent_console/web/src/model/answering.ts';
import { at, message, NOW, ticket } from './tickets.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
const messenger = { reply_window: DAY * 60, human_window: 7 * DAY * 60 };

test('a private window closes in two steps', () => {
  assert.deepEqual(privateWindow(at(-HOUR), messenger, NOW), {
    kind: 'open',
    until: NOW + 23 * 3_600_000,
  });
  assert.deepEqual(privateWindow(at(-DAY), messenger, NOW), {
    kind: 'human',
    until: NOW + 6 * 24 * 3_600_000,
  });
  assert.deepEqual(privateWindow(at(-7 * DAY), messenger, NOW), { kind: 'closed', since: NOW });
});

test('without a private message, or without a span, no clock runs', () => {
  assert.equal(privateWindow(null, messenger, NOW).kind, 'none');
  const unlimited = { reply_window: null, human_window: null };
  assert.equal(privateWindow(at(-9 * DAY), unlimited, NOW).kind, 'none');
});

test('a channel without a time for people alone closes at once', () => {
  const short = { reply_window: 3_600, human_window: null };
  assert.equal(privateWindow(at(-61), short, NOW).kind, 'closed');
});

const comment = message(1, 1, { visibility: 'public', conversation: 'post:1', sent_at: at(-90) });

test('a comment can be answered in public, or first in private', () => {
  const found = reach(ticket(1, { visibility: 'public' }), [comment], { private_replies: true });
  assert.deepEqual(
    { ...found, answers: found.answers?.id },
    { usual: 'public', choice: true, opens: true, opened: false, answers: 1 },
  );
});

test('where the channel has no private replies, there is no choice', () => {
  const found = reach(ticket(1, { visibility: 'public' }), [comment], { private_replies: false });
  assert.equal(found.choice, false);
});

test('a private reply that went out is remembered until they write back', () => {
  const sent = message(2, 1, {
    direction: 'outbound',
    author: { kind: 'agent', id: 1, name: 'Ava' },
    visibility: 'private',
    delivery: { state: 'sent', error: null, attempts: 1 },
  });
  const public_ = ticket(1, { visibility: 'public' });
  const able = { private_replies: true };
  assert.equal(reach(public_, [comment, sent], able).opened, true);
  const refused = { ...sent, delivery: { state: 'failed' as const, error: 'no', attempts: 1 } };
  assert.equal(reach(public_, [comment, refused], able).opened, false);
  const back = message(3, 1, { visibility: 'private' });
  const found = reach({ ...public_, private_heard_at: at(-5) }, [comment, sent, back], able);
  assert.deepEqual(
    { usual: found.usual, choice: found.choice, opens: found.opens, opened: found.opened },
    { usual: 'private', choice: true, opens: false, opened: false },
  );
  // Their newest message is private: a public reply must say which one it answers.
  assert.equal(answered(found, 'public'), 1);
  assert.equal(answered(found, 'private'), null);
});

test('a deleted comment is not what a private reply answers', () => {
  const gone = { ...comment, deleted_at: at(-1) };
  const found = reach(ticket(1, { visibility: 'public' }), [gone], { private_replies: true });
  assert.equal(found.answers, null);
  assert.equal(found.choice, false);
});

test('a comment grows too old for a private reply', () => {
  assert.equal(privateReplyEnds(comment, { private_reply_window: 3_600 }), NOW - 30 * 60_000);
  assert.equal(privateReplyEnds(comment, { private_reply_window: null }), null);
  assert.equal(privateReplyEnds(null, { private_reply_window: 3_600 }), null);
});

test('limits follow who can read it', () => {
  const x = { public_limit: 280, private_limit: 10_000 };
  assert.equal(limitOf(x, 'public'), 280);
  assert.equal(limitOf(x, 'private'), 10_000);
});

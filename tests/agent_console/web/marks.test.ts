import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attachment, Message } from '../../../agent_console/web/src/api.ts';
import {
  countReactions,
  fileKind,
  fileSize,
  isImage,
  receipts,
  sides,
} from '../../../agent_console/web/src/model/marks.ts';
import { at, message, ticket } from './tickets.ts';

const sent = (id: number, minutes: number, change: Partial<Message> = {}): Message =>
  message(id, 1, {
    direction: 'outbound',
    author: { kind: 'agent', id: 1, name: 'Ava' },
    sent_at: at(minutes),
    delivery: { state: 'sent', error: null, attempts: 1 },
    ...change,
  });

test('the mark stands under the newest message that was reached', () => {
  const messages = [sent(1, -30), sent(2, -20), sent(3, -1)];
  const both = { read_until: at(-25), delivered_until: at(-10) };
  assert.deepEqual(receipts(both, messages), {
    messageId: 2,
    state: 'delivered',
    until: at(-10),
  });
  const read = { read_until: at(-5), delivered_until: at(-10) };
  assert.deepEqual(receipts(read, messages), { messageId: 2, state: 'read', until: at(-5) });
});

test('what did not leave, was public or was only logged is not read', () => {
  const messages = [
    sent(1, -30, { visibility: 'public' }),
    sent(2, -20, { delivery: { state: 'failed', error: 'no', attempts: 1 } }),
    sent(3, -10, { logged: true }),
  ];
  assert.equal(receipts({ read_until: at(0), delivered_until: null }, messages), null);
  assert.equal(receipts(ticket(1), [sent(1, -30)]), null);
});

test('reactions are counted by kind, known names shown as signs', () => {
  const found = countReactions([
    { by: 'a', reaction: 'love' },
    { by: 'b', reaction: 'like' },
    { by: 'c', reaction: 'LIKE' },
    { by: 'd', reaction: '🦆' },
  ]);
  assert.deepEqual(
    found.map(({ sign, count }) => [sign, count]),
    [
      ['👍', 2],
      ['❤️', 1],
      ['🦆', 1],
    ],
  );
});

test('files by size and kind', () => {
  assert.equal(fileSize(999), '999 bytes');
  assert.equal(fileSize(48_200), '48 kB');
  assert.equal(fileSize(1_430_000), '1.4 MB');
  assert.equal(fileKind('application/pdf'), 'PDF');
  assert.equal(fileKind('video/mp4'), 'Video');
  assert.equal(fileKind('text/x-unheard-of'), 'text/x-unheard-of');
});

test('only pictures that the hub keeps are shown', () => {
  const file: Attachment = {
    url: 'https://files.example/1',
    media_type: 'image/png',
    name: null,
    state: 'kept',
    size: 10,
    error: null,
  };
  assert.equal(isImage(file), true);
  assert.equal(isImage({ ...file, state: 'refused' }), false);
  assert.equal(isImage({ ...file, state: 'linked' }), false);
  assert.equal(isImage({ ...file, media_type: 'image/svg+xml' }), false);
});

test('a linked ticket has two sides', () => {
  const messages = [
    message(1, 1, { visibility: 'public', conversation: 'post', permalink: 'https://x.example/1' }),
    sent(2, -20, { conversation: 'dm' }),
    message(3, 1, { direction: 'note', conversation: null }),
    message(4, 1, { conversation: 'dm', sent_at: at(-2) }),
  ];
  assert.deepEqual(
    sides(messages).map(({ conversation, visibility, count, firstId }) => [
      conversation,
      visibility,
      count,
      firstId,
    ]),
    [
      ['post', 'public', 1, 1],
      ['dm', 'private', 2, 2],
    ],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handoffReason } from '../../../agent_console/web/src/model/labels.ts';
import { withoutOffered } from '../../../agent_console/web/src/widget/offered.ts';

const offered = [{ title: 'Billing error' }, { title: 'Pay a bill' }];
const asked = 'Is it about one of these?\n1. Billing error\n2. Pay a bill\nAnswer with its number.';

test('what is offered as buttons is not listed above them, too', () => {
  assert.equal(withoutOffered(asked, offered), 'Is it about one of these?\nAnswer with its number.');
});

test('a list that is not the buttons’ stays', () => {
  assert.equal(withoutOffered(asked, []), asked);
  assert.equal(withoutOffered('2. Billing error', offered), '2. Billing error');
});

test('why the bot brought a person in is said in words, a new reason as it came', () => {
  assert.equal(handoffReason('no-fact'), 'no sure answer is known');
  assert.equal(handoffReason('too-late'), 'too late');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tell } from '../../../agent_console/web/src/model/history.ts';

const names = { agent: (id: number) => `Agent ${id}`, unit: (slug: string) => slug.toUpperCase() };
const said = (action: string, detail: Record<string, unknown>, actor = 'agent:3:Ava Reyes') => {
  const told = tell({ at: '2026-11-20T15:00:00Z', actor, action, detail }, names);
  return `${told.who} ${told.what}`;
};

test('the trail reads as sentences', () => {
  assert.equal(said('assign', { agent_id: 4, before: null }), 'Ava Reyes assigned it to Agent 4');
  assert.equal(said('assign', { agent_id: null }), 'Ava Reyes gave it back to the unit');
  assert.equal(
    said('transfer', { unit: 'billing', before: 'walk-in' }),
    'Ava Reyes moved it from WALK-IN to BILLING',
  );
  assert.equal(
    said('status', { status: 'resolved', reason: 'no_reply_needed' }),
    'Ava Reyes set it to “Resolved”: no reply needed',
  );
  assert.equal(
    said('hand off', { reason: 'asked-for-person' }, 'bot:Assistant'),
    'Assistant handed it to people: asked for person',
  );
  assert.equal(said('merge', { into: 9 }), 'Ava Reyes merged it into #9');
  assert.equal(said('unmerged', { ticket_id: 4 }), 'Ava Reyes took #4 out of it again');
  assert.equal(said('settled', { sent: true }), 'Ava Reyes saw that a reply had arrived');
});

test('what is not known yet is still told', () => {
  assert.equal(
    said('weighed', { grams: 9 }, 'system:Switchboard'),
    'Switchboard weighed (Grams: 9)',
  );
});

// Invented tickets, messages and events for the tests of the console's model.
import type { HubEvent, Message, Ticket } from '../../../agent_console/web/src/api.ts';

export const NOW = Date.parse('2026-11-20T15:00:00Z');

export const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

export function ticket(id: number, change: Partial<Ticket> = {}): Ticket {
  return {
    id,
    subject: `Subject ${id}`,
    preview: 'Is the library open?',
    status: 'open',
    priority: 'normal',
    channel: 'webchat',
    visibility: 'private',
    account_id: 1,
    unit: 'call-center',
    assignee_id: null,
    contact_id: id,
    contact_name: `Person ${id}`,
    topic: null,
    tags: [],
    emergency: false,
    created_at: at(-60),
    updated_at: at(-60),
    last_message_at: at(-60),
    last_author: 'customer',
    waiting_since: at(-60),
    first_response: { due_at: at(30), met_at: null, breached: false },
    resolution: { due_at: at(600), met_at: null, breached: false },
    due_at: at(30),
    due_metric: 'first_response',
    overdue: false,
    can_reply: true,
    reply_hint: null,
    resolved_at: null,
    resolution_reason: null,
    snoozed_until: null,
    handoff: null,
    location: null,
    permalink: null,
    context: {},
    previous_ticket_id: null,
    merged_into_id: null,
    held_by: null,
    incident_id: null,
    private_heard_at: null,
    delivered_until: null,
    read_until: null,
    callback_due_at: null,
    version: 1,
    ...change,
  };
}

export function message(id: number, ticketId: number, change: Partial<Message> = {}): Message {
  return {
    id,
    ticket_id: ticketId,
    direction: 'inbound',
    author: { kind: 'customer', id: null, name: `Person ${ticketId}` },
    body: `Message ${id}`,
    visibility: 'private',
    sent_at: at(-50),
    created_at: at(-50),
    delivery: null,
    articles: [],
    choices: [],
    attachments: [],
    in_reply_to: null,
    permalink: null,
    emergency: false,
    conversation: null,
    logged: false,
    edited_at: null,
    deleted_at: null,
    hidden: false,
    moderation: null,
    reactions: [],
    key: null,
    ...change,
  };
}

export const updated = (seq: number, data: Ticket): HubEvent => ({
  seq,
  at: at(0),
  ticket_id: data.id,
  kind: 'ticket.updated',
  data,
});

export const left = (seq: number, id: number): HubEvent => ({
  seq,
  at: at(0),
  ticket_id: id,
  kind: 'ticket.left',
  data: { id },
});

export const said = (seq: number, data: Message, isNew = true): HubEvent => ({
  seq,
  at: at(0),
  ticket_id: data.ticket_id,
  kind: isNew ? 'message.created' : 'message.updated',
  data,
});

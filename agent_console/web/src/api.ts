// The server's words: what /api/v1 and the console's socket say, field for field.
// Times are ISO 8601 in UTC; ids are integers.

export type Role = 'agent' | 'supervisor' | 'admin';
export type Presence = 'online' | 'away' | 'offline';
export type TicketStatus = 'bot' | 'open' | 'pending_customer' | 'snoozed' | 'resolved';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type ChannelKind =
  | 'x'
  | 'facebook'
  | 'open311'
  | 'webchat'
  | 'webform'
  | 'phone'
  | 'walk-in';
export type Visibility = 'public' | 'private';
export type AuthorKind = 'customer' | 'agent' | 'bot' | 'staff' | 'system';

export interface Agent {
  id: number;
  name: string;
  email: string;
  role: Role;
  units: string[];
  presence: Presence;
}

export interface Me {
  agent: Agent;
  csrf_token: string;
  city_timezone: string;
  units: string[];
}

export interface Unit {
  id: number;
  slug: string;
  name: string;
}

export interface Capabilities {
  can_reply: boolean;
  public_limit: number | null;
  private_limit: number | null;
  splits_long_replies: boolean;
}

export interface Account {
  id: number;
  kind: ChannelKind;
  name: string;
  sandbox: boolean;
  capabilities: Capabilities;
}

export interface Directory {
  units: Unit[];
  agents: Agent[];
  accounts: Account[];
  seq: number;
}

export interface Clock {
  due_at: string | null;
  met_at: string | null;
  breached: boolean;
}

export interface Guess {
  slug: string;
  confidence: number;
}

export interface Handoff {
  reason: string;
  summary: string;
  guesses: Guess[];
}

export interface Location {
  latitude: number | null;
  longitude: number | null;
  address: string | null;
}

export interface Ticket {
  id: number;
  subject: string;
  preview: string;
  status: TicketStatus;
  priority: Priority;
  channel: ChannelKind;
  visibility: Visibility;
  account_id: number;
  unit: string;
  assignee_id: number | null;
  contact_id: number;
  contact_name: string;
  topic: string | null;
  tags: string[];
  emergency: boolean;
  created_at: string;
  updated_at: string;
  last_message_at: string;
  last_author: AuthorKind;
  waiting_since: string | null;
  first_response: Clock;
  resolution: Clock;
  due_at: string | null;
  due_metric: string | null;
  overdue: boolean;
  can_reply: boolean;
  /** Why no reply can be sent from here, and what to do instead; absent where none is known. */
  reply_hint?: string | null;
  resolved_at: string | null;
  resolution_reason: string | null;
  snoozed_until: string | null;
  handoff: Handoff | null;
  location: Location | null;
  permalink: string | null;
  context: Record<string, unknown>;
  previous_ticket_id: number | null;
  version: number;
}

export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'cancelled';

export interface Delivery {
  state: DeliveryState;
  error: string | null;
  attempts: number;
}

export interface Choice {
  title: string;
  value: string;
}

export interface Attachment {
  url: string;
  media_type: string;
  name: string | null;
}

export interface Message {
  id: number;
  ticket_id: number;
  direction: 'inbound' | 'outbound' | 'note';
  author: { kind: AuthorKind; id: number | null; name: string };
  body: string;
  visibility: Visibility;
  sent_at: string;
  created_at: string;
  delivery: Delivery | null;
  articles: string[];
  choices: Choice[];
  attachments: Attachment[];
  in_reply_to: number | string | null;
  permalink: string | null;
  emergency: boolean;
  /** The Idempotency-Key it was posted with. */
  key: string | null;
}

export interface ContactPoint {
  kind: string;
  address: string;
  handle: string | null;
  display_name: string | null;
}

export interface Contact {
  id: number;
  name: string;
  notes: string | null;
  points: ContactPoint[];
  tickets: Ticket[];
}

export interface Article {
  slug: string;
  title: string;
  unit: string | null;
  confidence: 'H' | 'M' | 'none';
  answer: string | null;
}

export interface HistoryEntry {
  at: string;
  actor: string;
  action: string;
  detail: string | Record<string, unknown> | null;
}

export type PartState = 'starting' | 'up' | 'degraded' | 'down';

export interface Part {
  name: string;
  state: PartState;
  detail: string | null;
}

export interface System {
  parts: Part[];
  sandbox: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  seq: number;
}

export type ViewName =
  | 'mine'
  | 'unit'
  | 'all'
  | 'unassigned'
  | 'due'
  | 'breached'
  | 'bot'
  | 'resolved'
  | 'snoozed';

export interface Counts {
  views: Partial<Record<ViewName, number>>;
  units: Record<string, number>;
}

export interface LoadRow {
  open: number;
  due_soon: number;
  breached: number;
  oldest_waiting_at: string | null;
  median_first_response_seconds: number | null;
}

export interface LiveReport {
  at: string;
  totals: LoadRow & { waiting_bot: number; unassigned: number; resolved_today: number };
  by_unit: (LoadRow & { unit: string })[];
  by_channel: (LoadRow & { channel: ChannelKind })[];
  agents: { id: number; name: string; presence: Presence; open: number }[];
  bot: { answered_today: number; handed_over_today: number };
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  errors: { field: string; message: string }[];
}

interface Numbered {
  seq: number;
  at: string;
  ticket_id: number | null;
}

/** One numbered change; kinds that this console does not know are skipped by the store. */
export type HubEvent = Numbered &
  (
    | { kind: 'ticket.created' | 'ticket.updated'; data: Ticket }
    | { kind: 'ticket.left'; data: { id: number } }
    | { kind: 'message.created' | 'message.updated'; data: Message }
    | { kind: 'agent.updated'; data: Agent }
    | { kind: 'system.changed'; data: { parts: Part[] } }
    | { kind: 'config.changed'; data: Record<string, unknown> | null }
  );

export type ServerFrame =
  | { type: 'hello'; seq: number; resync: boolean }
  | { type: 'events'; events: HubEvent[] }
  | { type: 'ping'; seq: number; at: string };

export interface NewContactTicket {
  channel: 'phone' | 'walk-in';
  name: string;
  phone?: string;
  email?: string;
  body: string;
  subject?: string;
  unit?: string;
  priority?: Priority;
  resolved?: boolean;
}

export interface TicketPatch {
  priority?: Priority;
  tags?: string[];
  subject?: string;
  topic?: string | null;
}

export interface StatusChange {
  status: Exclude<TicketStatus, 'bot'>;
  until?: string;
  reason?: string;
}

export interface Assignment {
  agent_id?: number | null;
  unit?: string;
}

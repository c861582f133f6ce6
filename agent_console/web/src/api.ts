// The server's words: what /api/v1 and the console's socket say, field for field.
// Times are ISO 8601 in UTC; ids are integers.
import type { BotNews } from './bot/api.ts';
import type { Incident } from './incidents/api.ts';
import type { ArticleNews } from './knowledge/api.ts';
import type { Notice } from './notices/api.ts';

export type Role = 'agent' | 'supervisor' | 'admin';
export type Presence = 'online' | 'away' | 'offline';
export type TicketStatus = 'bot' | 'open' | 'pending_customer' | 'snoozed' | 'resolved';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
/** `x`, `facebook`… or the name that a third party's connector is registered under. */
export type ChannelKind = string;
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
  /** The platform's name for people ("Open on X"); null for a channel of the city's own. */
  platform: string | null;
  /** Seconds after the customer's newest private message in which anybody may answer. */
  reply_window: number | null;
  /** Seconds after that message in which a person, not the bot, may answer. */
  human_window: number | null;
  private_replies: boolean;
  /** Seconds in which a public message may be answered in private. */
  private_reply_window: number | null;
  hides: boolean;
  controls_threads: boolean;
  media: boolean;
}

export interface Account {
  id: number;
  kind: ChannelKind;
  slug: string;
  name: string;
  sandbox: boolean;
  enabled: boolean;
  /** Nothing works on it until it is authorised again. */
  stopped: boolean;
  notice: string | null;
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
  /** The article that was shown last, or would have fitted best. */
  article: string | null;
}

/** What a form of the bot's collected. */
export interface FormRequest {
  kind: string;
  title: string;
  fields: { name: string; label: string; value: string }[];
  complete: boolean;
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
  merged_into_id: number | null;
  /** Another app of the platform has the conversation. */
  held_by: string | null;
  /** The incident it is a part of. */
  incident_id: number | null;
  /** In which the customer writes. */
  language: 'en' | 'es' | null;
  request: FormRequest | null;
  /** The customer's newest private message: answering windows run from it. */
  private_heard_at: string | null;
  delivered_until: string | null;
  read_until: string | null;
  callback_due_at: string | null;
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

export type FileState = 'linked' | 'pending' | 'kept' | 'refused' | 'failed';

export interface Attachment {
  url: string;
  media_type: string;
  name: string | null;
  state: FileState;
  /** Bytes, where the hub has the file. */
  size: number | null;
  error: string | null;
}

/** What an agent asked for: hide a customer's public message, or show it again. */
export interface Moderation {
  hidden: boolean;
  reason: string;
  by: string;
  state: 'pending' | 'done' | 'failed';
  error: string | null;
}

export interface Reaction {
  by: string;
  reaction: string;
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
  /** The platform's thread it is in: a linked ticket has two. */
  conversation: string | null;
  /** An answer given elsewhere, entered by an agent. */
  logged: boolean;
  edited_at: string | null;
  /** Its author deleted it there: body and attachments are empty. */
  deleted_at: string | null;
  hidden: boolean;
  moderation: Moderation | null;
  reactions: Reaction[];
  /** The Idempotency-Key it was posted with. */
  key: string | null;
}

export interface Revision {
  until: string;
  body: string;
}

export interface SimilarTicket {
  ticket: Ticket;
  distance_metres: number | null;
  seconds_apart: number;
}

export type CallbackOutcome = 'reached' | 'no_answer' | 'cancelled';

export interface Callback {
  id: number;
  ticket_id: number;
  due_at: string;
  phone: string | null;
  note: string;
  created_by: string;
  created_at: string;
  done_by: string | null;
  done_at: string | null;
  outcome: CallbackOutcome | null;
}

export interface NewCallback {
  due_at: string;
  phone?: string;
  note?: string;
}

export interface CallbackDone {
  outcome: CallbackOutcome;
  body?: string;
  retry_at?: string;
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
  title_es: string | null;
  unit: string | null;
  confidence: 'H' | 'M' | 'none';
  answer: string | null;
  answer_es: string | null;
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

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  errors: { field: string; message: string }[];
}

/** Open tickets whose clocks are computed anew under a version of the service times. */
export interface Recompute {
  version: number;
  total: number;
  done: number;
  finished_at: string | null;
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
    | { kind: 'ticket.typing'; data: { by: 'agent' | 'customer'; name: string } }
    | { kind: 'system.changed'; data: { parts: Part[] } }
    | { kind: 'config.changed'; data: Record<string, unknown> | null }
    | { kind: 'sla.changed'; data: Recompute }
    | { kind: 'notice.created' | 'notice.updated'; data: Notice }
    | { kind: 'incident.created' | 'incident.updated'; data: Incident }
    | { kind: 'article.updated'; data: ArticleNews }
    | { kind: 'bot.updated'; data: BotNews }
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
  outcome?: 'open' | 'resolved' | 'call_back';
  callback_at?: string;
}

export interface ReplyBody {
  body: string;
  resolve?: boolean;
  visibility?: Visibility;
  /** The customer's message it answers; without it their newest. */
  to_message_id?: number;
}

export interface LoggedReply {
  body: string;
  permalink?: string;
  resolve?: boolean;
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

export interface Budget {
  name: string;
  limit: number | null;
  remaining: number;
  resets_at: string;
}

/** An account as those see it who look after it. Secrets are named, never told. */
export interface AccountView {
  id: number;
  kind: string;
  slug: string;
  name: string;
  external_id: string;
  unit: string;
  enabled: boolean;
  sandbox: boolean;
  /** Where the platform's API lives when not at its usual place. */
  base_url: string | null;
  stopped: boolean;
  notice: string | null;
  last_event_at: string | null;
  last_poll_at: string | null;
  last_error: string | null;
  last_error_at: string | null;
  access_expires_at: string | null;
  secrets: string[];
  webhook_url: string | null;
  budgets: Budget[];
  /** US dollars. */
  cost: { today: number; month: number };
  state: PartState;
  detail: string | null;
}

/** An account just after somebody changed it. */
export interface AccountChecked extends AccountView {
  /** What the platform said to the credentials; null where it was not asked. */
  check: { result: 'ok' | 'refused' | 'unavailable' | 'failed'; detail: string } | null;
  /** Secrets the hub made up, to be entered at the platform: told this once. */
  generated: Record<string, string>;
}

export interface SecretField {
  name: string;
  title: string;
  required: boolean;
  help: string;
  /** The hub makes one up where none is given. */
  generated: boolean;
}

export interface AccountKind {
  kind: string;
  title: string;
  secrets: SecretField[];
  webhook: boolean;
  several: boolean;
  base_url: boolean;
  installed: boolean;
}

export interface UnreadableBody {
  id: number;
  account_id: number;
  received_at: string;
  error: string | null;
  size: number;
}

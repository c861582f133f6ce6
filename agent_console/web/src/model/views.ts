// Which tickets a view shows, and in which order: the same rules as GET /tickets, so that a
// ticket that changes moves between views without asking the server.
import type { Ticket, ViewName } from '../api.ts';

/** A ticket is due soon when its next clock runs out within this time. */
export const DUE_SOON_MS = 60 * 60_000;

export interface Scope {
  agentId: number;
  /** The unit that the unit view shows; null shows all that the agent may see. */
  unit: string | null;
  /** Server time in milliseconds. */
  now: number;
}

// Tickets are replaced, never changed, so what is read from one holds for it: with ten thousand
// of them, reading dates again for every comparison is what would be felt.
const dues = new WeakMap<Ticket, number>();

export function dueAt(ticket: Ticket): number {
  let due = dues.get(ticket);
  if (due === undefined) {
    due = ticket.due_at === null ? Number.POSITIVE_INFINITY : Date.parse(ticket.due_at);
    dues.set(ticket, due);
  }
  return due;
}

/**
 * A target was missed, and what it waits for has not happened yet. The hub marks it when its
 * sweep comes by; a clock that ran out in this second is overdue here at once.
 */
export const isOverdue = (ticket: Ticket, now: number): boolean =>
  ticket.overdue || dueAt(ticket) <= now;

/** On people's desks: neither with the bot, nor snoozed, nor done. */
const isActive = (ticket: Ticket): boolean =>
  ticket.status === 'open' || ticket.status === 'pending_customer';

type Rule = (ticket: Ticket, scope: Scope) => boolean;

const rules: Record<ViewName, Rule> = {
  mine: (ticket, scope) => isActive(ticket) && ticket.assignee_id === scope.agentId,
  unit: (ticket, scope) => isActive(ticket) && (scope.unit === null || ticket.unit === scope.unit),
  all: isActive,
  unassigned: (ticket) => isActive(ticket) && ticket.assignee_id === null,
  due: (ticket, scope) =>
    isActive(ticket) &&
    dueAt(ticket) <= scope.now + DUE_SOON_MS &&
    !isOverdue(ticket, scope.now),
  breached: (ticket, scope) => isActive(ticket) && isOverdue(ticket, scope.now),
  bot: (ticket) => ticket.status === 'bot',
  resolved: (ticket) => ticket.status === 'resolved',
  snoozed: (ticket) => ticket.status === 'snoozed',
};

export const inView = (view: ViewName, ticket: Ticket, scope: Scope): boolean =>
  rules[view](ticket, scope);

const byNewest = (a: Ticket, b: Ticket): number =>
  Date.parse(b.last_message_at) - Date.parse(a.last_message_at) || b.id - a.id;

/** The tickets of a view: what is due next first; resolved ones newest first. */
export function ticketsIn(view: ViewName, tickets: Iterable<Ticket>, scope: Scope): Ticket[] {
  const rule = rules[view];
  if (view === 'resolved') {
    const shown: Ticket[] = [];
    for (const ticket of tickets) if (rule(ticket, scope)) shown.push(ticket);
    return shown.sort(byNewest);
  }
  const keyed: { due: number; ticket: Ticket }[] = [];
  for (const ticket of tickets) {
    if (rule(ticket, scope)) keyed.push({ due: dueAt(ticket), ticket });
  }
  keyed.sort((a, b) => (a.due === b.due ? a.ticket.id - b.ticket.id : a.due - b.due));
  return keyed.map((item) => item.ticket);
}

export interface LocalCounts {
  views: Record<ViewName, number>;
  units: Record<string, number>;
}

/** Counts of every view over the tickets held here. `resolved` is not counted: few are held. */
export function countAll(tickets: Iterable<Ticket>, scope: Scope): LocalCounts {
  const views = {
    mine: 0,
    unit: 0,
    all: 0,
    unassigned: 0,
    due: 0,
    breached: 0,
    bot: 0,
    resolved: 0,
    snoozed: 0,
  };
  const units: Record<string, number> = {};
  const names = Object.keys(views) as ViewName[];
  for (const ticket of tickets) {
    for (const name of names) if (rules[name](ticket, scope)) views[name] += 1;
    if (isActive(ticket)) units[ticket.unit] = (units[ticket.unit] ?? 0) + 1;
  }
  return { views, units };
}

/** Does a ticket held here match what was typed, before the server's full-text answer comes? */
export function matches(ticket: Ticket, words: readonly string[]): boolean {
  const text =
    `#${ticket.id} ${ticket.contact_name} ${ticket.subject} ${ticket.preview} ${ticket.tags.join(' ')}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

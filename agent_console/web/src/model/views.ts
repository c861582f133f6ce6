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

export const dueAt = (ticket: Ticket): number =>
  ticket.due_at === null ? Number.POSITIVE_INFINITY : Date.parse(ticket.due_at);

export const isOverdue = (ticket: Ticket, now: number): boolean => dueAt(ticket) <= now;

const isActive = (ticket: Ticket): boolean =>
  ticket.status !== 'resolved' && ticket.status !== 'snoozed';

type Rule = (ticket: Ticket, scope: Scope) => boolean;

// Snoozing hides a ticket from the everyday views but stops no clock that the customer waits
// for, so due and breached show snoozed tickets too.
const rules: Record<ViewName, Rule> = {
  mine: (ticket, scope) => isActive(ticket) && ticket.assignee_id === scope.agentId,
  unit: (ticket, scope) => isActive(ticket) && (scope.unit === null || ticket.unit === scope.unit),
  all: isActive,
  unassigned: (ticket) =>
    isActive(ticket) && ticket.status !== 'bot' && ticket.assignee_id === null,
  due: (ticket, scope) =>
    ticket.status !== 'resolved' &&
    dueAt(ticket) > scope.now &&
    dueAt(ticket) <= scope.now + DUE_SOON_MS,
  breached: (ticket, scope) =>
    ticket.status !== 'resolved' &&
    (isOverdue(ticket, scope.now) || ticket.first_response.breached || ticket.resolution.breached),
  bot: (ticket) => ticket.status === 'bot',
  resolved: (ticket) => ticket.status === 'resolved',
  snoozed: (ticket) => ticket.status === 'snoozed',
};

export const inView = (view: ViewName, ticket: Ticket, scope: Scope): boolean =>
  rules[view](ticket, scope);

const byDue = (a: Ticket, b: Ticket): number => {
  const left = dueAt(a);
  const right = dueAt(b);
  return left === right ? a.id - b.id : left - right;
};

const byResolved = (a: Ticket, b: Ticket): number =>
  Date.parse(b.resolved_at ?? b.updated_at) - Date.parse(a.resolved_at ?? a.updated_at) ||
  b.id - a.id;

/** The tickets of a view: what is due next first; resolved ones newest first. */
export function ticketsIn(view: ViewName, tickets: Iterable<Ticket>, scope: Scope): Ticket[] {
  const rule = rules[view];
  const shown: Ticket[] = [];
  for (const ticket of tickets) if (rule(ticket, scope)) shown.push(ticket);
  return shown.sort(view === 'resolved' ? byResolved : byDue);
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

// What a change to many tickets will do, and what it did, in words.
import type { Priority, ViewName } from '../api.ts';
import { priorityName } from '../model/labels.ts';
import type { BulkChange, BulkFilter, BulkOutcome, Refusal } from './api.ts';

export const tickets = (count: number): string =>
  `${count.toLocaleString('en-US')} ticket${count === 1 ? '' : 's'}`;

export const selectedWords = (count: number): string =>
  count === 0 ? '' : `${tickets(count)} selected`;

/** The filter that finds what the list shows; null where the list is no view of the hub's. */
export function filterOf(
  view: ViewName | 'callbacks',
  unit: string | null,
  query: string,
): BulkFilter | null {
  const q = query.trim();
  if (q) return { q };
  if (view === 'callbacks') return null;
  return { view, ...(unit === null ? {} : { unit }) };
}

interface Names {
  agent: (id: number) => string;
  unit: (slug: string) => string;
  moment: (iso: string) => string;
}

/** "assigned to Ava Reyes", "high priority": what became of those that were changed. */
export function changeWords(change: BulkChange, names: Names): string {
  const parts: string[] = [];
  if (change.unit !== undefined) parts.push(`moved to ${names.unit(change.unit)}`);
  if (change.agent_id === null) parts.push('given back to the unit');
  else if (change.agent_id !== undefined) parts.push(`assigned to ${names.agent(change.agent_id)}`);
  if (change.priority !== undefined) parts.push(`set to ${priority(change.priority)} priority`);
  if (change.add_tags?.length) parts.push(`tagged ${change.add_tags.join(', ')}`);
  if (change.remove_tags?.length) parts.push(`untagged ${change.remove_tags.join(', ')}`);
  if (change.status === 'resolved') {
    parts.push(`resolved${change.reason ? ` (${change.reason.replaceAll('_', ' ')})` : ''}`);
  } else if (change.status === 'snoozed') {
    parts.push(`snoozed${change.until ? ` until ${names.moment(change.until)}` : ''}`);
  } else if (change.status === 'pending_customer') parts.push('set to wait for the customer');
  else if (change.status === 'open') parts.push('opened again');
  return parts.join(', ');
}

const priority = (value: Priority): string => priorityName[value].toLowerCase();

export interface Done {
  /** Changes that can be taken back. */
  ids: number[];
  matched: number;
  changed: number[];
  refused: Refusal[];
  undoUntil: string | null;
}

/** The outcomes of one change that was made in pieces. */
export const together = (outcomes: readonly BulkOutcome[]): Done => ({
  ids: outcomes.filter((outcome) => outcome.changed.length).map((outcome) => outcome.id),
  matched: outcomes.reduce((sum, outcome) => sum + outcome.matched, 0),
  changed: outcomes.flatMap((outcome) => outcome.changed),
  refused: outcomes.flatMap((outcome) => outcome.refused),
  // The first to lapse.
  undoUntil: outcomes.map((outcome) => outcome.undo_until).sort()[0] ?? null,
});

/** "47 changed, 3 refused"; those that were so already are named, too. */
export function doneWords(done: Pick<Done, 'matched' | 'changed' | 'refused'>): string {
  const already = done.matched - done.changed.length - done.refused.length;
  const parts = [
    `${done.changed.length} changed`,
    ...(already > 0 ? [`${already} ${already === 1 ? 'was' : 'were'} so already`] : []),
    ...(done.refused.length ? [`${done.refused.length} refused`] : []),
  ];
  return parts.join(', ');
}

/** Refusals by their reason, the commonest first. */
export function reasons(refused: readonly Refusal[]): { reason: string; ids: number[] }[] {
  const found = new Map<string, number[]>();
  for (const { ticket_id, reason } of refused) {
    found.set(reason, [...(found.get(reason) ?? []), ticket_id]);
  }
  return [...found]
    .map(([reason, ids]) => ({ reason, ids }))
    .sort((a, b) => b.ids.length - a.ids.length || a.reason.localeCompare(b.reason));
}

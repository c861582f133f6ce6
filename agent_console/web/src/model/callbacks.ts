// Promised calls: which is due next, and how its time reads.
import type { Callback } from '../api.ts';
import { span } from './time.ts';

/** Said to be due this long before its time, so that the phone is in the hand by then. */
export const SOON_MS = 10 * 60_000;

export const isOpen = (callback: Callback): boolean => callback.done_at === null;

/** Open ones, what is due first on top. */
export const byDue = (callbacks: readonly Callback[]): Callback[] =>
  callbacks
    .filter(isOpen)
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || a.id - b.id);

export type Urgency = 'overdue' | 'soon' | 'later';

export function urgency(dueAt: string, now: number): Urgency {
  const left = Date.parse(dueAt) - now;
  if (left <= 0) return 'overdue';
  return left <= SOON_MS ? 'soon' : 'later';
}

/** "due now", "12 min late", "in 2h 05m". */
export function untilDue(dueAt: string, now: number): string {
  const left = Date.parse(dueAt) - now;
  if (Math.abs(left) < 60_000) return 'due now';
  const words = Math.abs(left) < 3_600_000 ? `${Math.floor(Math.abs(left) / 60_000)} min` : span(left);
  return left <= 0 ? `${words} late` : `in ${words}`;
}

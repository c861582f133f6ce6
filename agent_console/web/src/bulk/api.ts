// One change to many tickets, and taking it back.
import type { Priority, StatusChange } from '../api.ts';
import { call } from '../http.ts';

/** Tickets that the hub changes at once at most. */
export const MOST = 500;
/** How many are changed by one call: its answer is to come before anybody gives up waiting. */
export const PIECE = 100;

export interface BulkFilter {
  view?: string;
  unit?: string;
  q?: string;
}

export interface BulkChange {
  unit?: string;
  agent_id?: number | null;
  priority?: Priority;
  status?: StatusChange['status'];
  reason?: string;
  until?: string;
  add_tags?: string[];
  remove_tags?: string[];
}

export interface Refusal {
  ticket_id: number;
  reason: string;
}

export interface BulkOutcome {
  id: number;
  matched: number;
  changed: number[];
  refused: Refusal[];
  undo_until: string;
}

export type Which = { ids: readonly number[] } | { filter: BulkFilter };

export const changeMany = (which: Which, change: BulkChange, key: string) =>
  call<BulkOutcome>('/api/v1/tickets/bulk', { method: 'POST', body: { ...which, change }, key });
export const countMany = (filter: BulkFilter) =>
  call<{ matched: number }>('/api/v1/tickets/bulk/count', { method: 'POST', body: { filter } });
export const undoMany = (id: number) =>
  call<{ restored: number[]; refused: Refusal[] }>(`/api/v1/bulk/${id}/undo`, { method: 'POST' });

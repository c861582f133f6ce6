// Incidents, word for word as the hub tells them, and the calls about them.
import type { Ticket } from '../api.ts';
import { call } from '../http.ts';

export type IncidentState = 'suspected' | 'open' | 'closed' | 'dismissed';

/** Something said once to every ticket that was open then. */
export interface IncidentAnswer {
  id: number;
  at: string;
  author: string;
  body: string;
  resolve: boolean;
  total: number;
  done: number;
  refused: number;
}

export interface Evidence {
  seen?: number;
  expected?: number;
  minutes?: number;
}

export interface Incident {
  id: number;
  state: IncidentState;
  title: string;
  topic: string | null;
  terms: string[];
  unit: string | null;
  /** Noticed by the hub, not made by a person. */
  detected: boolean;
  evidence: Evidence;
  created_at: string;
  opened_at: string | null;
  opened_by: string | null;
  closed_at: string | null;
  closed_by: string | null;
  answer: string;
  answer_es: string;
  auto_answer: boolean;
  version: number;
  tickets: number;
  waiting: number;
  answers: IncidentAnswer[];
}

/** What a person sets. */
export interface Fields {
  title: string;
  topic: string | null;
  unit: string | null;
  terms: string[];
  answer: string;
  answer_es: string;
  auto_answer: boolean;
}

const base = '/api/v1/incidents';
const post = <T>(path: string, body: unknown = {}) =>
  call<T>(`${base}${path}`, { method: 'POST', body });

/** The topics that the service times know: every one that an inquiry can have. */
export const loadTopics = async (): Promise<string[]> =>
  (await call<{ choices: { topics: string[] } }>('/api/v1/sla')).choices.topics;
export const loadIncidents = () => call<{ items: Incident[] }>(base);
export const loadIncident = (id: number) => call<Incident>(`${base}/${id}`);
export const makeIncident = (fields: Partial<Fields>, ticketIds: readonly number[], key: string) =>
  call<Incident>(base, { method: 'POST', body: { ...fields, ticket_ids: ticketIds }, key });
export const saveIncident = (id: number, version: number, fields: Partial<Fields>) =>
  call<Incident>(`${base}/${id}`, { method: 'PATCH', body: { ...fields, version } });
export const openIncident = (id: number, version: number, fields: Partial<Fields>) =>
  post<Incident>(`/${id}/open`, { ...fields, version });
export const dismissIncident = (id: number, version: number) =>
  post<Incident>(`/${id}/dismiss`, { version });
export const answerIncident = (id: number, body: string, resolve: boolean, key: string) =>
  call<Incident>(`${base}/${id}/answer`, { method: 'POST', body: { body, resolve }, key });
export const closeIncident = (id: number, body: string | null, resolve: boolean, key: string) =>
  call<Incident>(`${base}/${id}/close`, { method: 'POST', body: { body, resolve }, key });
export const loadIncidentTickets = (id: number) =>
  call<{ items: Ticket[] }>(`${base}/${id}/tickets`);
export const loadCandidates = (id: number) =>
  call<{ items: Ticket[] }>(`${base}/${id}/candidates`);
export const attachTickets = (id: number, ids: readonly number[]) =>
  post<Incident>(`/${id}/tickets`, { ids });
export const detachTicket = (id: number, ticketId: number) =>
  call<Incident>(`${base}/${id}/tickets/${ticketId}`, { method: 'DELETE' });

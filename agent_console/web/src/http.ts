// Calls to /api/v1 in the agent's session.
import type {
  Agent,
  Article,
  Assignment,
  Contact,
  Counts,
  Directory,
  HistoryEntry,
  LiveReport,
  Me,
  Message,
  NewContactTicket,
  Page,
  Presence,
  Problem,
  StatusChange,
  System,
  Ticket,
  TicketPatch,
} from './api.ts';

const TIMEOUT_MS = 20_000;

/** A call that did not succeed, in words for the agent. `status` 0: no answer came. */
export class CallFailed extends Error {
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, message: string, problem: Problem | null = null) {
    super(message);
    this.name = 'CallFailed';
    this.status = status;
    this.problem = problem;
  }
}

let csrfToken = '';

type Query = Record<string, string | number | null | undefined>;

interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH';
  query?: Query;
  body?: unknown;
  key?: string;
  signal?: AbortSignal | undefined;
}

function wordsOf(status: number, problem: Problem | null): string {
  const fields = problem?.errors
    ?.map((error) => (error.field ? `${error.field}: ${error.message}` : error.message))
    .join('; ');
  return fields || problem?.detail || problem?.title || `The hub answered ${status}.`;
}

async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET', query, body, key, signal } = options;
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') {
      url.searchParams.set(name, String(value));
    }
  }
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken;
  if (key) headers['Idempotency-Key'] = key;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new CallFailed(
      0,
      timeout.aborted ? 'The hub did not answer in time.' : 'The hub could not be reached.',
    );
  }
  if (response.status === 401) {
    location.assign('/console/sign-in');
    throw new CallFailed(401, 'You have been signed out.');
  }
  if (!response.ok) {
    let problem: Problem | null = null;
    try {
      problem = (await response.json()) as Problem;
    } catch {
      // A proxy's page, not the hub's answer: the status alone must do.
    }
    throw new CallFailed(response.status, wordsOf(response.status, problem), problem);
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

const api = '/api/v1';

/** What `view` and the filters ask of the ticket list. */
export interface TicketQuery {
  view?: string;
  unit?: string | null;
  status?: string | null;
  q?: string;
  cursor?: string | null;
  limit?: number;
}

export async function loadMe(): Promise<Me> {
  const me = await call<Me>(`${api}/me`);
  csrfToken = me.csrf_token;
  return me;
}

export const loadDirectory = () => call<Directory>(`${api}/directory`);
export const loadSystem = () => call<System>(`${api}/system`);
export const loadCounts = () => call<Counts>(`${api}/tickets/counts`);
export const loadTickets = (query: TicketQuery, signal?: AbortSignal) =>
  call<Page<Ticket>>(`${api}/tickets`, { query: { ...query }, signal });
export const loadTicket = (id: number) => call<Ticket>(`${api}/tickets/${id}`);
export const loadMessages = (id: number, cursor: string | null) =>
  call<Page<Message>>(`${api}/tickets/${id}/messages`, { query: { cursor, limit: 200 } });
export const loadHistory = (id: number) =>
  call<{ items: HistoryEntry[] }>(`${api}/tickets/${id}/history`);
export const loadContact = (id: number) => call<Contact>(`${api}/contacts/${id}`);
export const findArticles = (q: string, signal?: AbortSignal) =>
  call<{ items: Article[] }>(`${api}/articles`, { query: { q }, signal });
export const loadLiveReport = () => call<LiveReport>(`${api}/reports/live`);

export const createTicket = (body: NewContactTicket, key: string) =>
  call<Ticket>(`${api}/tickets`, { method: 'POST', body, key });
export const postReply = (id: number, body: string, resolve: boolean, key: string) =>
  call<Message>(`${api}/tickets/${id}/reply`, { method: 'POST', body: { body, resolve }, key });
export const postNote = (id: number, body: string, key: string) =>
  call<Message>(`${api}/tickets/${id}/note`, { method: 'POST', body: { body }, key });
export const retryDelivery = (messageId: number) =>
  call<Message>(`${api}/messages/${messageId}/retry`, { method: 'POST' });
export const assignTicket = (id: number, body: Assignment) =>
  call<Ticket>(`${api}/tickets/${id}/assign`, { method: 'POST', body });
export const changeStatus = (id: number, body: StatusChange) =>
  call<Ticket>(`${api}/tickets/${id}/status`, { method: 'POST', body });
export const patchTicket = (id: number, body: TicketPatch) =>
  call<Ticket>(`${api}/tickets/${id}`, { method: 'PATCH', body });
export const setPresence = (presence: Presence) =>
  call<Agent>(`${api}/me/presence`, { method: 'POST', body: { presence } });
export const signOut = () => call<void>('/console/sign-out', { method: 'POST' });

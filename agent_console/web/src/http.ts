// Calls to /api/v1 in the agent's session.
import type {
  Agent,
  Article,
  Assignment,
  Callback,
  CallbackDone,
  Contact,
  Counts,
  Directory,
  HistoryEntry,
  LoggedReply,
  Me,
  Message,
  NewCallback,
  NewContactTicket,
  Page,
  Presence,
  Problem,
  ReplyBody,
  Revision,
  SimilarTicket,
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
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
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

/** One call to the hub. Raises CallFailed; other modules' calls go through it, too. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
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
export const findArticles = (q: string, ticket_id: number | null, signal?: AbortSignal) =>
  call<{ items: Article[] }>(`${api}/articles`, { query: { q, ticket_id }, signal });

export const createTicket = (body: NewContactTicket, key: string) =>
  call<Ticket>(`${api}/tickets`, { method: 'POST', body, key });
export const postReply = (id: number, body: ReplyBody, key: string) =>
  call<Message>(`${api}/tickets/${id}/reply`, { method: 'POST', body, key });
export const postLoggedReply = (id: number, body: LoggedReply, key: string) =>
  call<Message>(`${api}/tickets/${id}/logged-reply`, { method: 'POST', body, key });
export const postNote = (id: number, body: string, key: string) =>
  call<Message>(`${api}/tickets/${id}/note`, { method: 'POST', body: { body }, key });
export const retryDelivery = (messageId: number) =>
  call<Message>(`${api}/messages/${messageId}/retry`, { method: 'POST' });
export const settleDelivery = (messageId: number, sent: boolean) =>
  call<Message>(`${api}/messages/${messageId}/settle`, { method: 'POST', body: { sent } });
export const hideMessage = (messageId: number, hidden: boolean, reason: string) =>
  call<Message>(`${api}/messages/${messageId}/hide`, { method: 'POST', body: { hidden, reason } });
export const loadRevisions = (messageId: number) =>
  call<{ items: Revision[] }>(`${api}/messages/${messageId}/revisions`);
/** Where the hub serves a file that it keeps. */
export const attachmentUrl = (messageId: number, index: number): string =>
  `${api}/messages/${messageId}/attachments/${index}`;
export const controlThread = (id: number, take: boolean) =>
  call<Ticket>(`${api}/tickets/${id}/control`, { method: 'POST', body: { take } });
export const loadSimilar = (id: number) =>
  call<{ items: SimilarTicket[] }>(`${api}/tickets/${id}/similar`);
export const mergeTicket = (id: number, into: number) =>
  call<Ticket>(`${api}/tickets/${id}/merge`, { method: 'POST', body: { into } });
export const unmergeTicket = (id: number) =>
  call<Ticket>(`${api}/tickets/${id}/unmerge`, { method: 'POST' });
export const tellTyping = (id: number) =>
  call<void>(`${api}/tickets/${id}/typing`, { method: 'POST', body: {} });
export const loadCallbacks = (ticketId: number) =>
  call<{ items: Callback[] }>(`${api}/tickets/${ticketId}/callbacks`);
export const loadOpenCallbacks = () => call<{ items: Callback[] }>(`${api}/callbacks`);
export const promiseCallback = (ticketId: number, body: NewCallback, key: string) =>
  call<Callback>(`${api}/tickets/${ticketId}/callbacks`, { method: 'POST', body, key });
export const endCallback = (id: number, body: CallbackDone, key: string) =>
  call<Callback>(`${api}/callbacks/${id}/done`, { method: 'POST', body, key });
export const findContacts = (q: string, signal?: AbortSignal) =>
  call<{ items: { id: number; name: string }[] }>(`${api}/contacts`, {
    query: { q, limit: 6 },
    signal,
  });
export const assignTicket = (id: number, body: Assignment) =>
  call<Ticket>(`${api}/tickets/${id}/assign`, { method: 'POST', body });
export const changeStatus = (id: number, body: StatusChange) =>
  call<Ticket>(`${api}/tickets/${id}/status`, { method: 'POST', body });
export const patchTicket = (id: number, body: TicketPatch) =>
  call<Ticket>(`${api}/tickets/${id}`, { method: 'PATCH', body });
export const setPresence = (presence: Presence) =>
  call<Agent>(`${api}/me/presence`, { method: 'POST', body: { presence } });
export const signOut = () => call<void>('/console/sign-out', { method: 'POST' });

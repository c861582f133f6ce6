// What the bot proposes to an agent, and giving a ticket back to it.
import type { Ticket } from '../api.ts';
import { call } from '../http.ts';

export interface Suggestion {
  text: string;
  /** The article's slug. */
  article: string;
  title: string;
  /** 0 to 1: how sure the bot is that this is what the message is about. */
  confidence: number;
  source: string;
}

const tickets = '/api/v1/tickets';

export const loadSuggestions = (id: number, signal?: AbortSignal) =>
  call<{ items: Suggestion[] }>(`${tickets}/${id}/suggestions`, { signal });
export const returnToBot = (id: number) => call<Ticket>(`${tickets}/${id}/bot`, { method: 'POST' });
/** Counted with the article's figures: an agent used it. */
export const tellUsed = (slug: string, ticket_id: number) =>
  call<void>(`/api/v1/articles/${slug}/used`, { method: 'POST', body: { ticket_id } });

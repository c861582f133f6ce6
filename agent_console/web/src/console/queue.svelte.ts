// The list in the left pane: a view or a search, in order, held still while the agent is at it.
import type { Ticket } from '../api.ts';
import { loadTickets } from '../http.ts';
import { matches, ticketsIn } from '../model/views.ts';
import { clock } from './clock.svelte.ts';
import { type Listing, route } from './route.svelte.ts';
import { session } from './session.svelte.ts';

/** Rows move again this long after the last sign of the agent's hand in the list. */
const STILL_MS = 4_000;
const SEARCH_AFTER_MS = 180;
const RESOLVED_PAGE = 100;

interface Listed {
  rows: Ticket[];
  /** Tickets that came into the view since the order was frozen. */
  fresh: number;
}

class Queue {
  query = $state('');
  searching = $state(false);
  searchError = $state<string | null>(null);
  frozen = $state(false);
  /** The row that the keyboard is on; the open ticket is `route.place.ticket`. */
  at = $state<number | null>(null);
  resolvedState = $state<'idle' | 'loading' | 'failed' | 'end'>('idle');

  #found = $state.raw<number[]>([]);
  #order: number[] = [];
  #still: ReturnType<typeof setTimeout> | undefined;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;
  #search: AbortController | null = null;
  #resolvedCursor: string | null = null;

  #live = $derived.by<Ticket[]>(() => {
    const tickets = session.tickets;
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) {
      const shown = new Map<number, Ticket>();
      for (const ticket of tickets.values()) {
        if (matches(ticket, words)) shown.set(ticket.id, ticket);
      }
      for (const id of this.#found) {
        const ticket = tickets.get(id);
        if (ticket) shown.set(id, ticket);
      }
      return [...shown.values()].sort(
        (a, b) => Date.parse(b.last_message_at) - Date.parse(a.last_message_at) || b.id - a.id,
      );
    }
    if (route.place.view === 'callbacks') return [];
    return ticketsIn(route.place.view, tickets.values(), {
      agentId: session.agent.id,
      unit: route.place.unit,
      now: clock.slow,
    });
  });

  list = $derived.by<Listed>(() => {
    const live = this.#live;
    if (!this.frozen) {
      this.#order = live.map((ticket) => ticket.id);
      return { rows: live, fresh: 0 };
    }
    const shown = new Set(this.#order);
    const rows: Ticket[] = [];
    for (const id of this.#order) {
      const ticket = session.tickets.get(id);
      if (ticket) rows.push(ticket);
    }
    return { rows, fresh: live.filter((ticket) => !shown.has(ticket.id)).length };
  });

  /** Tickets of the view as it really is: rows not in it are shown as leaving. */
  current = $derived(new Set(this.#live.map((ticket) => ticket.id)));

  // -- holding still

  touched(): void {
    this.frozen = true;
    clearTimeout(this.#still);
    this.#still = setTimeout(() => this.release(), STILL_MS);
  }

  release(): void {
    clearTimeout(this.#still);
    this.frozen = false;
  }

  // -- moving

  show(view: Listing, unit: string | null = null): void {
    this.release();
    this.query = '';
    this.search('');
    route.go({ page: 'queue', view, unit });
    this.at = null;
    if (view === 'resolved' && this.resolvedState === 'idle') void this.moreResolved();
  }

  move(step: number): void {
    const rows = this.list.rows;
    if (!rows.length) return;
    this.touched();
    const from = this.at ?? route.place.ticket;
    const index = rows.findIndex((ticket) => ticket.id === from);
    const next = index < 0 ? (step > 0 ? 0 : rows.length - 1) : index + step;
    this.at = (rows[Math.max(0, Math.min(rows.length - 1, next))] as Ticket).id;
  }

  moveTo(end: 'first' | 'last'): void {
    const row = end === 'first' ? this.list.rows[0] : this.list.rows.at(-1);
    if (row) {
      this.touched();
      this.at = row.id;
    }
  }

  open(id: number): void {
    this.at = id;
    route.go({ page: 'queue', ticket: id });
  }

  // -- search and resolved tickets: what only the server holds

  search(text: string): void {
    this.query = text;
    this.release();
    clearTimeout(this.#searchTimer);
    this.#search?.abort();
    this.searchError = null;
    const q = text.trim();
    if (!q) {
      this.searching = false;
      this.#found = [];
      return;
    }
    this.searching = true;
    this.#searchTimer = setTimeout(() => void this.#ask(q), SEARCH_AFTER_MS);
  }

  async #ask(q: string): Promise<void> {
    const asked = new AbortController();
    this.#search = asked;
    try {
      const page = await loadTickets({ q, limit: RESOLVED_PAGE }, asked.signal);
      if (asked.signal.aborted) return;
      session.replica.takeTickets(page.items, page.seq);
      this.#found = page.items.map((ticket) => ticket.id);
      this.searching = false;
    } catch (error) {
      if (asked.signal.aborted) return;
      this.searching = false;
      this.searchError = error instanceof Error ? error.message : String(error);
    }
  }

  async moreResolved(): Promise<void> {
    if (this.resolvedState === 'loading' || this.resolvedState === 'end') return;
    this.resolvedState = 'loading';
    try {
      const page = await loadTickets({
        view: 'resolved',
        cursor: this.#resolvedCursor,
        limit: RESOLVED_PAGE,
      });
      session.replica.takeTickets(page.items, page.seq);
      this.#resolvedCursor = page.next_cursor;
      this.resolvedState = page.next_cursor === null ? 'end' : 'idle';
    } catch {
      this.resolvedState = 'failed';
    }
  }
}

export const queue = new Queue();

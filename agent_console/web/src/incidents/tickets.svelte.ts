// An incident's tickets and those that may belong to it: read, and followed by events.
import type { Ticket } from '../api.ts';
import { session } from '../console/session.svelte.ts';
import { loadCandidates, loadIncidentTickets } from './api.ts';
import { inOrder, members } from './model.ts';

/** A storm changes many tickets at once: the candidates are not asked for after each. */
const AT_MOST_EVERY_MS = 1_500;

export class Tickets {
  loaded = $state(false);
  error = $state<string | null>(null);
  #members = $state.raw<readonly Ticket[]>([]);
  #candidates = $state.raw<readonly Ticket[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #run = 0;
  readonly #id: number;

  members: Ticket[] = $derived.by(() => members(this.#id, this.#members, session.tickets));
  candidates: Ticket[] = $derived.by(() => {
    const held = session.tickets;
    const now = this.#candidates
      .map((ticket) => held.get(ticket.id) ?? ticket)
      .filter((ticket) => ticket.incident_id === null && ticket.status !== 'resolved');
    return inOrder(now);
  });

  constructor(id: number) {
    this.#id = id;
  }

  /** Reads now, and again when tickets come; gives how to stop. */
  follow(): () => void {
    void this.read();
    const stop = session.onEvents((events) => {
      // A new inquiry, or what somebody added to an old one, may match.
      if (events.some((event) => event.kind === 'ticket.created' || event.kind === 'message.created')) {
        this.soon();
      }
    });
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#run += 1;
    };
  }

  soon(): void {
    clearTimeout(this.#timer);
    const rest = Math.max(150, this.#last + AT_MOST_EVERY_MS - Date.now());
    this.#timer = setTimeout(() => void this.read(), rest);
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    this.#last = Date.now();
    try {
      const [mine, others] = await Promise.all([
        loadIncidentTickets(this.#id),
        loadCandidates(this.#id),
      ]);
      if (run !== this.#run) return;
      this.#members = mine.items;
      this.#candidates = others.items;
      this.loaded = true;
      this.error = null;
    } catch (problem) {
      if (run === this.#run) {
        this.error = problem instanceof Error ? problem.message : String(problem);
      }
    }
  }
}

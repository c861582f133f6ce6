// Promised calls of all that the agent may see: read once, and again when one is made or ends.
import type { Callback, HubEvent } from '../api.ts';
import { loadOpenCallbacks } from '../http.ts';
import { byDue } from '../model/callbacks.ts';
import { clock } from './clock.svelte.ts';
import { session } from './session.svelte.ts';

const AT_MOST_EVERY_MS = 2_000;

class Callbacks {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  #items = $state.raw<readonly Callback[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #started = false;
  #run = 0;

  items = $derived(byDue(this.#items));
  due = $derived(
    this.items.filter((callback) => Date.parse(callback.due_at) <= clock.slow).length,
  );

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.read();
    session.onEvents((events) => {
      if (events.some((event) => this.#concerns(event))) this.soon();
    });
  }

  #concerns(event: HubEvent): boolean {
    if (event.kind === 'ticket.left') return this.#of(event.data.id) !== undefined;
    if (event.kind !== 'ticket.created' && event.kind !== 'ticket.updated') return false;
    return (this.#of(event.data.id)?.due_at ?? null) !== event.data.callback_due_at;
  }

  #of(ticketId: number): Callback | undefined {
    return this.items.find((callback) => callback.ticket_id === ticketId);
  }

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), Math.random() * AT_MOST_EVERY_MS);
  }

  /** Takes a call off the list that has ended, and reads what came in its place. */
  ended(callback: Callback): void {
    this.#items = this.#items.filter((item) => item.id !== callback.id);
    void this.read();
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    try {
      const found = await loadOpenCallbacks();
      if (run !== this.#run) return;
      this.#items = found.items;
      this.state = 'ready';
      this.error = null;
    } catch (problem) {
      if (run !== this.#run) return;
      this.error = problem instanceof Error ? problem.message : String(problem);
      this.state = 'failed';
    }
  }
}

export const callbacks = new Callbacks();

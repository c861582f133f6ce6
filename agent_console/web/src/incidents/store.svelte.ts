// The incidents, for their page and for the marks on tickets: read once, kept current by events.
import { session } from '../console/session.svelte.ts';
import { type Incident, loadIncident, loadIncidents, loadTopics } from './api.ts';
import { grouped, newer } from './model.ts';

class Incidents {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  /** Tickets that the next incident made by hand is to have. */
  wanted = $state.raw<readonly number[]>([]);
  /** What an inquiry can be about. */
  topics = $state.raw<readonly string[]>([]);
  #topicsAsked = false;
  #held = $state.raw<ReadonlyMap<number, Incident>>(new Map());
  /** Asked for by number: older than the list goes, or not there. */
  #asked = new Set<number>();
  #started = false;
  #run = 0;

  groups = $derived(grouped(this.#held.values()));

  get(id: number): Incident | undefined {
    return this.#held.get(id);
  }

  /** The name of an incident, once it is known. */
  title(id: number): string | null {
    const found = this.#held.get(id);
    if (!found && this.state === 'ready') void this.fetch(id);
    return found?.title ?? null;
  }

  /** To be called whenever the line is up: what was missed meanwhile is read. */
  follow(): void {
    if (!this.#started) {
      this.#started = true;
      session.onEvents((events) => {
        const came = events.flatMap((event) =>
          event.kind === 'incident.created' || event.kind === 'incident.updated'
            ? [event.data]
            : [],
        );
        if (came.length) this.take(...came);
      });
    }
    void this.read();
  }

  take(...came: Incident[]): void {
    const held = new Map(this.#held);
    for (const incident of came) {
      if (newer(held.get(incident.id), incident)) held.set(incident.id, incident);
    }
    this.#held = held;
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    try {
      const { items } = await loadIncidents();
      if (run !== this.#run) return;
      this.take(...items);
      this.state = 'ready';
      this.error = null;
    } catch (problem) {
      if (run !== this.#run) return;
      this.error = problem instanceof Error ? problem.message : String(problem);
      if (this.state !== 'ready') this.state = 'failed';
    }
  }

  /** For those who set a topic; without an answer, the topics of the tickets held must do. */
  async readTopics(): Promise<void> {
    if (this.#topicsAsked) return;
    this.#topicsAsked = true;
    try {
      this.topics = await loadTopics();
    } catch {
      this.#topicsAsked = false;
    }
  }

  /** One that the list did not have. False where there is none. */
  async fetch(id: number): Promise<boolean> {
    if (this.#held.has(id)) return true;
    if (this.#asked.has(id)) return false;
    this.#asked.add(id);
    try {
      this.take(await loadIncident(id));
      return true;
    } catch {
      return false;
    }
  }
}

export const incidents = new Incidents();

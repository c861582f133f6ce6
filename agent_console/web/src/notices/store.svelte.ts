// What this person is told, kept current by events.
import { clock } from '../console/clock.svelte.ts';
import { route } from '../console/route.svelte.ts';
import { session } from '../console/session.svelte.ts';
import { toasts } from '../console/toasts.svelte.ts';
import { acknowledgeNotice, loadNotices, type Notice, seeNotices } from './api.ts';
import { comesUp, headOf, nothing, takeEvent, takeFirst, takeOlder } from './model.ts';

class Notices {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  asking = $state.raw<ReadonlySet<number>>(new Set());
  reading = $state(false);
  #held = $state.raw(nothing);
  #started = false;
  #open = false;
  #run = 0;

  items = $derived(this.#held.items);
  unseen = $derived(this.#held.unseen);
  more = $derived(this.#held.cursor !== null);

  /** To be called whenever the line is up: what was missed meanwhile is read. */
  follow(): void {
    if (!this.#started) {
      this.#started = true;
      session.onEvents((events) => {
        for (const event of events) {
          if (event.kind !== 'notice.created' && event.kind !== 'notice.updated') continue;
          this.#came(event.data, event.kind === 'notice.created');
        }
      });
    }
    void this.read();
  }

  #came(notice: Notice, isNew: boolean): void {
    const known = this.#held.items.some((item) => item.id === notice.id);
    this.#held = takeEvent(this.#held, notice, isNew, this.#open);
    if (!isNew || known) return;
    if (this.#open) void this.#see();
    // What is told again after a long absence is in the list, and no news.
    const old = clock.now - Date.parse(notice.at) > 5 * 60_000;
    if (old || !comesUp(notice, session.agent.id)) return;
    const words =
      notice.kind === 'whisper' ? `${headOf(notice)}: “${notice.text}”` : notice.text;
    const action = this.#wayTo(notice);
    if (notice.severity === 'critical') toasts.fail(words, action);
    else toasts.say(words, action);
  }

  #wayTo(notice: Notice): { label: string; run: () => void } | null {
    const { ticket_id, incident_id } = notice;
    if (ticket_id !== null) {
      return { label: 'Open', run: () => route.go({ page: 'queue', ticket: ticket_id }) };
    }
    if (incident_id !== null) {
      const place = { page: 'incidents', search: `?incident=${incident_id}` } as const;
      return { label: 'Open', run: () => route.go(place) };
    }
    return null;
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    try {
      const page = await loadNotices();
      if (run !== this.#run) return;
      this.#held = takeFirst(this.#held, page);
      this.state = 'ready';
      this.error = null;
      if (this.#open) void this.#see();
    } catch (problem) {
      if (run !== this.#run) return;
      this.error = problem instanceof Error ? problem.message : String(problem);
      this.state = 'failed';
    }
  }

  async older(): Promise<void> {
    const cursor = this.#held.cursor;
    if (cursor === null || this.reading) return;
    this.reading = true;
    try {
      this.#held = takeOlder(this.#held, await loadNotices(cursor));
    } catch (problem) {
      toasts.fail(`Older notices could not be loaded. ${problem instanceof Error ? problem.message : ''}`);
    } finally {
      this.reading = false;
    }
  }

  /** The list is before their eyes. Gives how many were new, and what to call when it is shut. */
  look(): { fresh: number; shut: () => void } {
    const fresh = this.#held.unseen;
    this.#open = true;
    void this.#see();
    return {
      fresh,
      shut: () => {
        this.#open = false;
      },
    };
  }

  async #see(): Promise<void> {
    const newest = this.#held.items[0]?.id;
    if (newest === undefined) return;
    this.#held = { ...this.#held, unseen: 0 };
    try {
      const { unseen } = await seeNotices(newest);
      if (!this.#open) return;
      this.#held = { ...this.#held, unseen };
    } catch {
      // They have been seen all the same; the next time says so to the hub.
    }
  }

  async acknowledge(notice: Notice): Promise<void> {
    this.asking = new Set([...this.asking, notice.id]);
    try {
      this.#held = takeEvent(this.#held, await acknowledgeNotice(notice.id), false);
    } catch (problem) {
      toasts.fail(`Acknowledging did not work. ${problem instanceof Error ? problem.message : ''}`);
    } finally {
      this.asking = new Set([...this.asking].filter((id) => id !== notice.id));
    }
  }
}

export const notices = new Notices();

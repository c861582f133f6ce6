// The live report as a page holds it, and whether it may be believed.
import { clock } from '../console/clock.svelte.ts';
import { session } from '../console/session.svelte.ts';
import { toasts } from '../console/toasts.svelte.ts';
import { CallFailed } from '../http.ts';
import { acknowledge, loadLive, type LiveReport } from './api.ts';
import type { Alert } from './figures.ts';
import { Reading } from './reading.ts';

const CONNECTS_WITHIN_MS = 5_000;

export class Live {
  report = $state.raw<LiveReport | null>(null);
  error = $state<string | null>(null);
  denied = $state(false);
  /** The unit that was asked for does not exist. */
  unknownUnit = $state(false);
  #lostAt = $state<number | null>(null);
  #reading: Reading<LiveReport> | null = null;
  #began = 0;
  #online = $derived(session.link.state === 'live');

  /** Since when the figures are not live, in server time; null while they are. */
  notLiveSince = $derived.by<number | null>(() => {
    if (this.#lostAt === null) return null;
    // A page that has just been opened is not yet connected: that is no loss.
    const opening = session.link.state === 'connecting' && this.error === null;
    return opening && clock.now - this.#began < CONNECTS_WITHIN_MS ? null : this.#lostAt;
  });

  /** Follow the figures of a unit, or of all, until the given function is called. To be called
   * in an effect. */
  follow(unit: string | null): () => void {
    this.error = null;
    this.denied = this.unknownUnit = false;
    const now = () => Date.parse(clock.iso());
    this.#began = now();
    const reading = new Reading<LiveReport>({
      read: () => loadLive(unit),
      took: (report) => {
        this.report = report;
        this.error = null;
      },
      failed: (problem) => {
        this.denied = problem instanceof CallFailed && problem.status === 403;
        this.unknownUnit = problem instanceof CallFailed && problem.status === 422;
        this.error = problem instanceof Error ? problem.message : String(problem);
      },
      dueAt: (report) =>
        report.totals.next_due_at === null ? null : Date.parse(report.totals.next_due_at),
      now,
    });
    this.#reading = reading;
    reading.start();
    const stop = session.onEvents((events) => {
      if (events.some((event) => event.kind !== 'ticket.typing')) reading.happened();
    });
    const woke = () => {
      if (document.hidden) return;
      clock.tick();
      reading.happened();
    };
    document.addEventListener('visibilitychange', woke);
    return () => {
      stop();
      reading.stop();
      document.removeEventListener('visibilitychange', woke);
    };
  }

  /** To be called in an effect: notes when the line is lost. */
  watchLine(): void {
    if (this.#online && this.error === null) this.#lostAt = null;
    else this.#lostAt ??= Date.parse(clock.iso());
  }

  /** To be called in an effect: reads at once when the line is back. */
  catchUp(): void {
    if (this.#online) this.#reading?.now();
  }

  readNow(): void {
    this.#reading?.now();
  }

  /** Say that an alert has been seen; what was told to several is seen by all of them. */
  async acknowledge(alert: Alert): Promise<void> {
    try {
      for (const id of alert.unseen) {
        const seen = await acknowledge(id);
        if (!this.report) return;
        const notices = this.report.notices.map((held) => (held.id === id ? seen : held));
        this.report = { ...this.report, notices };
      }
    } catch (problem) {
      toasts.fail(`Acknowledging did not work. ${problem instanceof Error ? problem.message : ''}`);
    }
  }
}

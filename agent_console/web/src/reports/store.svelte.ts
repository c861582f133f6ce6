// A question to the server whose newest answer counts: an older one is dropped, also on its way.
import { CallFailed } from '../http.ts';

export class Asked<T> {
  value = $state.raw<T | null>(null);
  /** What `value` answers. */
  key = $state<string | null>(null);
  loading = $state(false);
  error = $state<string | null>(null);
  denied = $state(false);
  #running: AbortController | null = null;

  /** Ask; what is shown stays until the answer comes. */
  async ask(key: string, load: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    this.error = null;
    try {
      const value = await load(running.signal);
      if (this.#running !== running) return;
      this.value = value;
      this.key = key;
    } catch (problem) {
      if (this.#running !== running || running.signal.aborted) return;
      this.denied = problem instanceof CallFailed && problem.status === 403;
      this.error = problem instanceof Error ? problem.message : String(problem);
    } finally {
      if (this.#running === running) {
        this.#running = null;
        this.loading = false;
      }
    }
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.loading = false;
  }
}

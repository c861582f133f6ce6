// One timer for every countdown, in the server's time: an agent's machine may be minutes off.

class Clock {
  /** Server time in milliseconds, moved once a second. */
  now = $state(Date.now());
  /** The same, moved every five seconds: for what is costly to draw again. */
  slow = $state(Date.now());
  #offset = 0;
  #best = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), 1_000);
  }

  /** A ping said that it was `at` on the server when it was sent. */
  heard(at: number): void {
    if (!Number.isFinite(at)) return;
    // The line only adds delay, so the smallest lag seen is nearest to the truth.
    const lag = Date.now() - at;
    if (lag < this.#best) {
      this.#best = lag;
      // Within two seconds the machine's own clock is as good.
      this.#offset = Math.abs(lag) > 2_000 ? -lag : 0;
      this.tick();
    }
  }

  iso(): string {
    return new Date(Date.now() + this.#offset).toISOString();
  }

  tick(): void {
    this.now = Date.now() + this.#offset;
    if (Math.abs(this.now - this.slow) >= 5_000) this.slow = this.now;
  }
}

export const clock = new Clock();

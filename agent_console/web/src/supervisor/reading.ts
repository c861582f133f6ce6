// When to read the figures again: when something happened, when a due time passed, and, for what
// changes with the hour alone, twice a minute. Never more than once a second.

export const AT_MOST_EVERY_MS = 1_000;
export const AT_LEAST_EVERY_MS = 30_000;
/** A batch of events seldom comes alone. */
const GATHER_MS = 120;
/** The hub notices a missed target within a second. */
const AFTER_DUE_MS = 1_200;
const LONGEST_REST_MS = 30_000;

type Timer = ReturnType<typeof setTimeout>;

export interface ReadingOptions<T> {
  read: () => Promise<T>;
  took: (report: T) => void;
  failed: (error: unknown) => void;
  /** When what was read falls due next, in milliseconds of `now`. */
  dueAt: (report: T) => number | null;
  now?: () => number;
  later?: (run: () => void, ms: number) => Timer;
  forget?: (timer: Timer | undefined) => void;
}

export class Reading<T> {
  #options: ReadingOptions<T>;
  #timer: Timer | undefined;
  #at = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #running = false;
  #again = false;
  #failures = 0;
  #stopped = false;

  constructor(options: ReadingOptions<T>) {
    this.#options = options;
  }

  start(): void {
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#forget();
  }

  /** Something changed, or may have: an event, a line that is back, a screen that woke. */
  happened(): void {
    if (this.#stopped) return;
    if (this.#running) this.#again = true;
    else this.#plan(Math.max(this.#now() + GATHER_MS, this.#last + this.#rest()));
  }

  /** Somebody asked: at once, unless it is being read. */
  now(): void {
    if (!this.#stopped && !this.#running) void this.#read();
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** What lies between two readings at least; longer while the hub does not answer. */
  #rest(): number {
    return Math.min(LONGEST_REST_MS, AT_MOST_EVERY_MS * 2 ** this.#failures);
  }

  #forget(): void {
    (this.#options.forget ?? clearTimeout)(this.#timer);
    this.#timer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** Read at `at`, or before, if that is planned already. */
  #plan(at: number): void {
    if (this.#stopped || at >= this.#at) return;
    this.#forget();
    this.#at = at;
    const { later = setTimeout } = this.#options;
    this.#timer = later(() => void this.#read(), Math.max(0, at - this.#now()));
  }

  async #read(): Promise<void> {
    this.#forget();
    this.#running = true;
    this.#again = false;
    this.#last = this.#now();
    let next = this.#last + AT_LEAST_EVERY_MS;
    try {
      const report = await this.#options.read();
      if (this.#stopped) return;
      this.#failures = 0;
      this.#options.took(report);
      const due = this.#options.dueAt(report);
      if (due !== null && due + AFTER_DUE_MS > this.#now()) next = Math.min(next, due + AFTER_DUE_MS);
    } catch (error) {
      if (this.#stopped) return;
      this.#failures += 1;
      this.#options.failed(error);
      next = this.#last + this.#rest();
    } finally {
      this.#running = false;
    }
    const earliest = this.#last + this.#rest();
    this.#plan(this.#again ? earliest : Math.max(next, earliest));
  }
}

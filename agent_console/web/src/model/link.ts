// The console's socket. It says "live" only while the server proves it: a ping (or the hello)
// within 25 seconds. After a cut it reads on from the last event number.
import type { HubEvent, ServerFrame } from '../api.ts';

export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'offline';

export const SILENCE_MS = 25_000;
const CHECK_MS = 1_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
/** After this many failures in a row the console says that it is offline. */
const FAILURES_TO_OFFLINE = 3;

export interface LinkOptions {
  url: (since: number) => string;
  cursor: () => number;
  onState: (state: LinkState, retryAt: number | null) => void;
  onEvents: (events: HubEvent[]) => void;
  onCursor: (seq: number) => void;
  /** The server cannot replay from our number: everything is to be loaded again. */
  onResync: (seq: number) => void;
  /** Server time in milliseconds, as told by a ping. */
  onTime?: (at: number) => void;
  /** Called before another try after a failure: the session may have ended. */
  onRetry?: (failures: number) => void;
  open?: (url: string) => WebSocket;
  isOnline?: () => boolean;
}

export class Link {
  #options: LinkOptions;
  #socket: WebSocket | null = null;
  #state: LinkState = 'connecting';
  #lastPing = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #check: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#check = setInterval(() => this.#watch(), CHECK_MS);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#check);
    clearTimeout(this.#retry);
    this.#discard();
  }

  /** Try now: the network is back, or the agent asked. */
  retryNow(): void {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  /** The browser lost its network: no need to wait for the silence. */
  networkLost(): void {
    if (this.#stopped) return;
    this.#discard();
    this.#lost();
  }

  #say(state: LinkState, retryAt: number | null = null): void {
    this.#state = state;
    this.#options.onState(state, retryAt);
  }

  #connect(): void {
    const { open = (url) => new WebSocket(url), url, cursor } = this.#options;
    const socket = open(url(cursor()));
    this.#socket = socket;
    this.#lastPing = Date.now();
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(String(message.data));
    };
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      this.#lost();
    };
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.type) {
      case 'hello':
        this.#failures = 0;
        this.#lastPing = Date.now();
        if (frame.resync) this.#options.onResync(frame.seq);
        this.#say('live');
        return;
      case 'events':
        this.#options.onEvents(frame.events);
        return;
      case 'ping':
        this.#lastPing = Date.now();
        this.#options.onCursor(frame.seq);
        this.#options.onTime?.(Date.parse(frame.at));
        if (this.#state !== 'live') this.#say('live');
        this.#socket?.send('{"type":"pong"}');
    }
  }

  #watch(): void {
    if (this.#socket && Date.now() - this.#lastPing > SILENCE_MS) {
      this.#discard();
      this.#lost();
    }
  }

  #discard(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
  }

  #lost(): void {
    if (this.#stopped) return;
    this.#failures += 1;
    const { isOnline = () => navigator.onLine, onRetry } = this.#options;
    const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    // Spread, so that all consoles do not come back in the same instant after a restart.
    const wait = ceiling * (0.6 + 0.4 * Math.random());
    const offline = !isOnline() || this.#failures > FAILURES_TO_OFFLINE;
    this.#say(offline ? 'offline' : 'reconnecting', Date.now() + wait);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      onRetry?.(this.#failures);
      this.#connect();
    }, wait);
  }
}

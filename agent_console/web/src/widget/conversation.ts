// What was said in one chat: kept over reloads by a token, read on from the last message,
// and every line of the visitor sent again under its key until the hub has it.

export interface ChatMessage {
  id: number;
  from: 'you' | 'bot' | 'agent';
  name: string;
  body: string;
  at: string;
  choices: { title: string; value: string }[];
}

export interface Line {
  /** The message's id, or the key of one that the hub does not have yet. */
  id: string;
  mine: boolean;
  body: string;
  at: string;
  state: 'sent' | 'sending' | 'refused';
  error?: string;
  message: ChatMessage | null;
}

interface Waiting {
  key: string;
  body: string;
  at: string;
  error?: string;
}

interface Hears {
  drawn: () => void;
  state: (live: boolean) => void;
  welcome: (bot: boolean, city: string) => void;
  arrived: () => void;
}

interface Frame {
  type: 'welcome' | 'accepted' | 'message' | 'error' | 'ping';
  token?: string;
  messages?: ChatMessage[];
  message?: ChatMessage;
  bot?: boolean;
  city?: string;
  key?: string;
  detail?: string;
  /** The hub could not store it just now: it is sent again. */
  retry?: boolean;
}

const LONGEST_RETRY_MS = 20_000;
/** How long after the hub could not store a line it is sent again. */
const RETRY_MS = 3_000;
/** The hub pings every 20 seconds. */
const SILENCE_MS = 50_000;

export class Conversation {
  #url: string;
  #name: string;
  #hears: Hears;
  #messages = new Map<number, ChatMessage>();
  #waiting: Waiting[] = [];
  #token: string | null = null;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(hub: string, account: string, hears: Hears) {
    this.#url = `${hub.replace(/^http/, 'ws')}/chat/socket?account=${encodeURIComponent(account)}`;
    this.#name = `switchboard.chat.${hub}.${account}`;
    this.#hears = hears;
    try {
      const kept = JSON.parse(localStorage.getItem(this.#name) ?? '{}') as {
        token?: string;
        waiting?: Waiting[];
      };
      this.#token = kept.token ?? null;
      this.#waiting = kept.waiting ?? [];
    } catch {
      // Blocked storage: the chat lives as long as the page.
    }
  }

  /** There is an earlier chat to go on with. */
  get known(): boolean {
    return this.#token !== null;
  }

  get lines(): Line[] {
    const said: Line[] = [...this.#messages.values()]
      .sort((a, b) => a.id - b.id)
      .map((message) => ({
        id: String(message.id),
        mine: message.from === 'you',
        body: message.body,
        at: message.at,
        state: 'sent',
        message,
      }));
    const waiting: Line[] = this.#waiting.map((item) => ({
      id: item.key,
      mine: true,
      body: item.body,
      at: item.at,
      state: item.error ? 'refused' : 'sending',
      ...(item.error ? { error: item.error } : {}),
      message: null,
    }));
    return [...said, ...waiting];
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
    addEventListener('online', this.#soon);
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    removeEventListener('online', this.#soon);
    this.#socket?.close();
    this.#socket = null;
  }

  say(body: string): void {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const item: Waiting = {
      // A UUID by hand: randomUUID exists only on secure pages.
      key: key.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
      body,
      at: new Date().toISOString(),
    };
    this.#waiting.push(item);
    this.#keep();
    this.start();
    this.#post(item);
    this.#hears.drawn();
  }

  #soon = (): void => {
    if (this.#socket || !this.#running) return;
    clearTimeout(this.#timer);
    this.#connect();
  };

  #connect(): void {
    const query = new URLSearchParams();
    if (this.#token) query.set('token', this.#token);
    const since = Math.max(0, ...this.#messages.keys());
    if (since) query.set('since', String(since));
    const socket = new WebSocket(`${this.#url}&${query}`);
    this.#socket = socket;
    this.#welcomed = false;
    this.#hears.state(false);
    this.#listen();
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#listen();
      this.#receive(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  /** A dead line does not close by itself: after a silence it is taken for lost. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      this.#lost();
      socket?.close();
    }, SILENCE_MS);
  }

  #lost(): void {
    this.#socket = null;
    clearTimeout(this.#silence);
    if (!this.#running) return;
    this.#hears.state(false);
    const ceiling = Math.min(LONGEST_RETRY_MS, 500 * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), ceiling * (0.6 + 0.4 * Math.random()));
  }

  #receive(frame: Frame): void {
    switch (frame.type) {
      case 'welcome':
        this.#failures = 0;
        this.#welcomed = true;
        this.#hears.welcome(frame.bot ?? false, frame.city ?? 'the city');
        if (frame.token) {
          // Another token is another conversation: the old lines are not part of it.
          if (this.#token !== null && this.#token !== frame.token) this.#messages.clear();
          this.#token = frame.token;
        }
        for (const message of frame.messages ?? []) this.#messages.set(message.id, message);
        this.#keep();
        this.#hears.state(true);
        for (const item of this.#waiting) if (!item.error) this.#post(item);
        break;
      case 'accepted':
        this.#waiting = this.#waiting.filter((item) => item.key !== frame.key);
        if (frame.message) this.#messages.set(frame.message.id, frame.message);
        this.#keep();
        break;
      case 'message':
        if (frame.message && !this.#messages.has(frame.message.id)) {
          this.#messages.set(frame.message.id, frame.message);
          if (frame.message.from !== 'you') this.#hears.arrived();
        }
        break;
      case 'error':
        for (const item of this.#waiting) {
          if (item.key !== frame.key) continue;
          if (frame.retry) this.#again(item);
          else item.error = frame.detail ?? 'The hub refused it.';
        }
        this.#keep();
        break;
      case 'ping':
        this.#socket?.send('{"type":"pong"}');
        return;
    }
    this.#hears.drawn();
  }

  /** It is still waiting: sent again after a while, unless the line was cut meanwhile. */
  #again(item: Waiting): void {
    const socket = this.#socket;
    setTimeout(() => {
      if (socket === this.#socket && this.#waiting.includes(item)) this.#post(item);
    }, RETRY_MS);
  }

  #post(item: Waiting): void {
    if (this.#welcomed && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type: 'message', key: item.key, body: item.body }));
    }
  }

  #keep(): void {
    try {
      localStorage.setItem(
        this.#name,
        JSON.stringify({ token: this.#token, waiting: this.#waiting.filter((item) => !item.error) }),
      );
    } catch {
      // Blocked storage: the chat lives as long as the page.
    }
  }
}

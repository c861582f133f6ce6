// What was said in one chat: kept over page changes by a token, or found by a signed identity,
// and every line of the visitor sent again under its key until the hub has it.
import type { ChatMessage, Frame, Standing, Upload, Welcome } from './protocol.ts';
import { keep, load, loadAll } from './storage.ts';

export interface Line {
  /** The message's id, or the key of one that the hub does not have yet. */
  id: string;
  mine: boolean;
  body: string;
  at: string;
  state: 'sent' | 'sending' | 'refused';
  /** Why it was refused: a code of the hub's. */
  error?: string;
  files: { name: string | null; url?: string }[];
  message: ChatMessage | null;
}

interface Waiting {
  key: string;
  body: string;
  at: string;
  files: Upload[];
  /** Left for people, with how to reach the visitor. */
  left?: { name: string; contact: string };
  error?: string;
}

export interface Hears {
  drawn: () => void;
  state: (live: boolean) => void;
  welcome: (welcome: Welcome) => void;
  standing: (standing: Standing) => void;
  typing: (name: string) => void;
  arrived: () => void;
  /** A message that was left is with the hub. */
  left: () => void;
  /** The hub does not believe the signed identity. */
  refused: (code: string) => void;
}

const LONGEST_RETRY_MS = 20_000;
/** How long after the hub could not store a line it is sent again. */
const RETRY_MS = 3_000;
/** The hub pings every 20 seconds. */
const SILENCE_MS = 50_000;
const TYPING_MS = 3_000;

/** Whose chat it is: on a shared computer one person's lines are not another's. */
function subjectOf(identity: string): string {
  try {
    const claims = identity.split('.')[1] ?? '';
    return (JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))) as { sub: string }).sub;
  } catch {
    return identity;
  }
}

/** A UUID by hand: randomUUID exists only on secure pages. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
}

export class Conversation {
  #hub: string;
  #url: string;
  /** Whose it is, as the storage calls it. */
  readonly name: string;
  #identity: string | undefined;
  #hears: Hears;
  #messages = new Map<number, ChatMessage>();
  #waiting: Waiting[];
  #token: string | null;
  #pass = '';
  #socket: WebSocket | null = null;
  #welcomed = false;
  #failures = 0;
  #typed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(hub: string, account: string, hears: Hears, identity?: string) {
    this.#hub = hub;
    this.#url = `${hub.replace(/^http/, 'ws')}/chat/socket?account=${encodeURIComponent(account)}&hello=1`;
    const subject = identity ? `.${subjectOf(identity)}` : '';
    this.name = `switchboard.chat.${hub}.${account}${subject}`;
    this.#identity = identity;
    this.#hears = hears;
    this.#token = load<string>(this.name);
    this.#waiting = loadAll<Waiting>(`${this.name}/`).sort((a, b) => (a.at < b.at ? -1 : 1));
  }

  /** There is an earlier chat to go on with, or may be one. */
  get known(): boolean {
    return this.#token !== null || this.#identity !== undefined || this.#waiting.length > 0;
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
        files: message.files ?? [],
        message,
      }));
    const waiting: Line[] = this.#waiting.map((item) => ({
      id: item.key,
      mine: true,
      body: item.body,
      at: item.at,
      state: item.error ? 'refused' : 'sending',
      ...(item.error ? { error: item.error } : {}),
      files: item.files,
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

  say(body: string, files: Upload[] = [], left?: { name: string; contact: string }): void {
    const at = new Date().toISOString();
    const item: Waiting = { key: newKey(), body, at, files, ...(left ? { left } : {}) };
    this.#waiting.push(item);
    keep(`${this.name}/${item.key}`, item);
    this.start();
    this.#post(item);
    this.#hears.drawn();
  }

  /** Send a refused line once more. */
  again(key: string): void {
    const item = this.#waiting.find((one) => one.key === key);
    if (!item) return;
    delete item.error;
    keep(`${this.name}/${key}`, item);
    this.#post(item);
    this.#hears.drawn();
  }

  typing(): void {
    const now = Date.now();
    if (now - this.#typed < TYPING_MS || !this.#welcomed) return;
    this.#typed = now;
    this.#send({ type: 'typing' });
  }

  /** Raises the hub's code where it does not take the file. */
  async upload(file: File): Promise<Upload> {
    let answer: { file?: string; code?: string } = {};
    // The hub has said who we are only once it has welcomed us.
    for (let tries = 0; !this.#pass && tries < 60; tries++)
      await new Promise((wake) => setTimeout(wake, 250));
    try {
      const response = await fetch(`${this.#hub}/chat/files`, {
        method: 'POST',
        body: file,
        credentials: 'omit',
        headers: {
          Authorization: `Bearer ${this.#pass}`,
          'Content-Type': 'application/octet-stream',
          'X-File-Name': encodeURIComponent(file.name),
        },
      });
      answer = (await response.json()) as typeof answer;
    } catch {
      // The line is cut, or a proxy answered.
    }
    if (!answer.file) throw answer.code ?? 'other';
    return { name: file.name, file: answer.file };
  }

  #soon = (): void => {
    if (this.#socket || !this.#running) return;
    clearTimeout(this.#timer);
    this.#connect();
  };

  #connect(): void {
    // Another tab may have begun the chat meanwhile.
    this.#token = load<string>(this.name) ?? this.#token;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#welcomed = false;
    this.#hears.state(false);
    this.#listen();
    socket.onopen = () => {
      this.#send(
        this.#identity
          ? { type: 'hello', identity: this.#identity }
          : { type: 'hello', token: this.#token },
      );
    };
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
        this.#welcome(frame);
        break;
      case 'accepted':
        this.#has(frame.message, frame.key);
        break;
      case 'message': {
        const known = this.#messages.has(frame.message.id);
        this.#has(frame.message);
        if (!known && frame.message.from !== 'you') this.#hears.arrived();
        break;
      }
      case 'standing':
        this.#hears.standing(frame.standing);
        break;
      case 'typing':
        this.#hears.typing(frame.name);
        break;
      case 'error': {
        const item = this.#waiting.find((one) => one.key === frame.key);
        if (!item) break;
        if (frame.retry) this.#again(item);
        else {
          item.error = frame.code;
          // What was refused is not sent by the next page all by itself.
          keep(`${this.name}/${item.key}`, null);
        }
        break;
      }
      case 'refused':
        this.stop();
        this.#hears.refused(frame.code);
        break;
      case 'ping':
        this.#send({ type: 'pong' });
        return;
    }
    this.#hears.drawn();
  }

  #welcome(frame: Welcome): void {
    this.#failures = 0;
    this.#welcomed = true;
    this.#pass = frame.pass;
    if (frame.token) {
      // Another token is another conversation: the old lines are not part of it.
      if (this.#token !== null && this.#token !== frame.token) this.#messages.clear();
      this.#token = frame.token;
      keep(this.name, frame.token);
    }
    for (const message of frame.messages) this.#has(message);
    this.#hears.welcome(frame);
    this.#hears.standing(frame.standing);
    this.#hears.state(true);
    for (const item of this.#waiting) if (!item.error) this.#post(item);
  }

  /** The hub has it: it is not waited for any more, whichever way we learn of it. */
  #has(message: ChatMessage, key = message.key): void {
    this.#messages.set(message.id, message);
    const item = this.#waiting.find((one) => one.key === key);
    if (!item) return;
    this.#waiting = this.#waiting.filter((one) => one !== item);
    keep(`${this.name}/${item.key}`, null);
    if (item.left) this.#hears.left();
  }

  /** It is still waiting: sent again after a while, unless the line was cut meanwhile. */
  #again(item: Waiting): void {
    const socket = this.#socket;
    setTimeout(() => {
      if (socket === this.#socket && this.#waiting.includes(item)) this.#post(item);
    }, RETRY_MS);
  }

  #post(item: Waiting): void {
    if (!this.#welcomed) return;
    this.#send({
      type: item.left ? 'leave' : 'message',
      key: item.key,
      body: item.body,
      ...(item.files.length ? { files: item.files.map((one) => one.file) } : {}),
      ...item.left,
    });
  }

  #send(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

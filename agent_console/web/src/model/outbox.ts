// What the agent wrote and the hub has not confirmed yet. Kept in localStorage, so that a
// reload, a crash or a lost network never loses text; matched with the stored message by key.
import type { Message, Visibility } from '../api.ts';

export interface Unsent {
  key: string;
  ticketId: number;
  /**
   * `logged` is an answer that was given elsewhere and is only entered here; `whisper` a note for
   * the one who has the ticket.
   */
  kind: 'reply' | 'note' | 'logged' | 'whisper';
  body: string;
  resolve: boolean;
  /** Where the agent chose; null leaves it to the hub. */
  visibility: Visibility | null;
  /** The customer's message it answers, where that is not their newest. */
  toMessageId: number | null;
  /** Of a logged reply: where it can be read. */
  permalink: string | null;
  /** Server time, ISO. */
  at: string;
  state: 'sending' | 'failed';
  error: string | null;
}

/** A key no other message has. `crypto.randomUUID` exists only where TLS (or loopback) is. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Send = (unsent: Unsent) => Promise<Message>;
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export class Outbox {
  #items: Unsent[];
  #storage: Store;
  #prefix: string;
  #send: Send;
  #changed: () => void;

  /** `name` keeps the agents of one browser apart. */
  constructor(name: string, storage: Store, send: Send, changed: () => void) {
    this.#prefix = `switchboard.unsent.${name}.`;
    this.#storage = storage;
    this.#send = send;
    this.#changed = changed;
    this.#items = this.#restore();
  }

  get items(): readonly Unsent[] {
    return this.#items;
  }

  /** Put a message in and send it. Resolves with the stored message, or null if it failed. */
  async post(unsent: Unsent): Promise<Message | null> {
    this.#items = [...this.#items, unsent];
    this.#keep(unsent);
    this.#changed();
    return this.#deliver(unsent);
  }

  /** Send a failed one again under its first key, so that it can never arrive twice. */
  async retry(key: string): Promise<Message | null> {
    const unsent = this.#find(key);
    if (!unsent || unsent.state === 'sending') return null;
    const again: Unsent = { ...unsent, state: 'sending', error: null };
    this.#swap(again);
    return this.#deliver(again);
  }

  /** Take a failed one out, to be edited or thrown away. */
  take(key: string): Unsent | null {
    const unsent = this.#find(key) ?? null;
    this.confirm(key);
    return unsent;
  }

  /** The hub has the message of that key. */
  confirm(key: string): void {
    if (!this.#find(key)) return;
    this.#items = this.#items.filter((item) => item.key !== key);
    this.#storage.removeItem(this.#prefix + key);
    this.#changed();
  }

  async #deliver(unsent: Unsent): Promise<Message | null> {
    try {
      const message = await this.#send(unsent);
      this.confirm(unsent.key);
      return message;
    } catch (error) {
      // An event may have told us meanwhile that it did arrive.
      if (!this.#find(unsent.key)) return null;
      const words = error instanceof Error ? error.message : String(error);
      this.#swap({ ...unsent, state: 'failed', error: words });
      return null;
    }
  }

  #find(key: string): Unsent | undefined {
    return this.#items.find((item) => item.key === key);
  }

  #swap(unsent: Unsent): void {
    this.#items = this.#items.map((item) => (item.key === unsent.key ? unsent : item));
    this.#keep(unsent);
    this.#changed();
  }

  // One entry a message: two tabs of one agent do not overwrite each other.
  #keep(unsent: Unsent): void {
    try {
      this.#storage.setItem(this.#prefix + unsent.key, JSON.stringify(unsent));
    } catch {
      // Storage is full or forbidden: the text is still on the screen.
    }
  }

  #restore(): Unsent[] {
    const found: Unsent[] = [];
    for (let at = 0; at < this.#storage.length; at += 1) {
      const name = this.#storage.key(at);
      if (!name?.startsWith(this.#prefix)) continue;
      try {
        const unsent = JSON.parse(this.#storage.getItem(name) ?? '') as Unsent;
        // The page went away while sending: whether it arrived is unknown. The same key
        // makes trying again safe.
        const error = unsent.error ?? 'The page was closed before the hub confirmed it.';
        // Kept by an older console it may lack what came later.
        const later = { visibility: null, toMessageId: null, permalink: null };
        found.push({ ...later, ...unsent, state: 'failed', error });
      } catch {
        // Not ours, or cut short by a crash.
      }
    }
    return found.sort((a, b) => a.at.localeCompare(b.at));
  }
}

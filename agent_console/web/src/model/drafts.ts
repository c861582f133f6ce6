// Drafts, one a ticket and kind, kept in localStorage until they are sent.

export interface Draft {
  mode: 'reply' | 'note' | 'logged' | 'whisper';
  reply: string;
  note: string;
  logged: string;
  whisper: string;
}

const empty = (): Draft => ({ mode: 'reply', reply: '', note: '', logged: '', whisper: '' });

export class Drafts {
  #prefix: string;
  #storage: Storage;

  constructor(name: string, storage: Storage) {
    this.#prefix = `switchboard.draft.${name}.`;
    this.#storage = storage;
  }

  get(ticketId: number): Draft {
    try {
      const stored = this.#storage.getItem(this.#prefix + ticketId);
      return stored ? { ...empty(), ...(JSON.parse(stored) as Partial<Draft>) } : empty();
    } catch {
      return empty();
    }
  }

  set(ticketId: number, draft: Draft): void {
    try {
      if (draft.reply || draft.note || draft.logged || draft.whisper) {
        this.#storage.setItem(this.#prefix + ticketId, JSON.stringify(draft));
      } else {
        this.#storage.removeItem(this.#prefix + ticketId);
      }
    } catch {
      // Storage is full or forbidden: the draft lives as long as the page.
    }
  }
}

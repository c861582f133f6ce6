// The unsaved draft, kept in this browser: a session that ends or a closed tab loses nothing.
import type { Rules } from './model.ts';

export interface Kept {
  /** Which saved version it began from. */
  version: number;
  rules: Rules;
  comment: string;
}

interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Its shape changes with that of the draft: an older console's draft is let go. */
const SHAPE = 1;

export class Keep {
  #key: string;
  #shelf: Shelf;

  constructor(agent: string, shelf: Shelf) {
    this.#key = `switchboard.sla-draft.${agent}`;
    this.#shelf = shelf;
  }

  read(): Kept | null {
    try {
      const text = this.#shelf.getItem(this.#key);
      if (text === null) return null;
      const kept = JSON.parse(text) as Kept & { shape?: unknown };
      if (kept.shape !== SHAPE || !Array.isArray(kept.rules?.policies)) return null;
      return { version: kept.version, rules: kept.rules, comment: kept.comment };
    } catch {
      return null;
    }
  }

  write(kept: Kept): void {
    try {
      this.#shelf.setItem(this.#key, JSON.stringify({ shape: SHAPE, ...kept }));
    } catch {
      // A full or forbidden store: the draft lives in the page alone, which asks before it goes.
    }
  }

  drop(): void {
    try {
      this.#shelf.removeItem(this.#key);
    } catch {
      // As above.
    }
  }
}

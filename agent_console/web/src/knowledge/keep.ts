// Unsaved articles, kept in this browser: a session that ends or a closed tab loses nothing.
import type { Fields } from './draft.ts';

export interface Kept {
  /** Which version it began from; 0 for an article to be made. */
  version: number;
  base: Fields;
  typed: Fields;
  why: string;
}

interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Its shape changes with that of the draft: an older console's draft is let go. */
const SHAPE = 1;

export class Keep {
  #prefix: string;
  #shelf: Shelf;

  constructor(agent: string, shelf: Shelf) {
    this.#prefix = `switchboard.article-draft.${agent}.`;
    this.#shelf = shelf;
  }

  read(slug: string): Kept | null {
    try {
      const text = this.#shelf.getItem(this.#prefix + slug);
      if (text === null) return null;
      const kept = JSON.parse(text) as Kept & { shape?: unknown };
      if (kept.shape !== SHAPE || typeof kept.typed?.title !== 'string') return null;
      return { version: kept.version, base: kept.base, typed: kept.typed, why: kept.why };
    } catch {
      return null;
    }
  }

  write(slug: string, kept: Kept): void {
    try {
      this.#shelf.setItem(this.#prefix + slug, JSON.stringify({ shape: SHAPE, ...kept }));
    } catch {
      // A full or forbidden store: the draft lives in the page alone, which asks before it goes.
    }
  }

  drop(slug: string): void {
    try {
      this.#shelf.removeItem(this.#prefix + slug);
    } catch {
      // As above.
    }
  }
}

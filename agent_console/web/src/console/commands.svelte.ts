// What one pane asks of another, by key or button.
import type { Draft } from '../model/drafts.ts';

/** A text to begin with, where the composer is opened for one. */
export interface Begin {
  body: string;
  permalink: string | null;
}

class Commands {
  /** The composer takes the focus in this mode; `tick` makes the same request twice differ. */
  compose = $state.raw<{ mode: Draft['mode']; begin: Begin | null; tick: number } | null>(null);
  dialog = $state<'call' | 'help' | null>(null);
  /** On narrow screens the details lie over the thread. */
  details = $state(false);
  /** The form for a promised call opens in the details. */
  promised = $state(0);
  /** The bot's first suggestion is put into the reply. */
  suggested = $state(0);
  #tick = 0;

  write(mode: Draft['mode'], begin: Begin | null = null): void {
    this.compose = { mode, begin, tick: ++this.#tick };
  }

  suggest(): void {
    this.write('reply');
    this.suggested += 1;
  }

  promise(): void {
    if (matchMedia('(max-width: 68rem)').matches) this.details = true;
    this.promised += 1;
  }
}

export const commands = new Commands();

// What one pane asks of another, by key or button.

class Commands {
  /** The composer takes the focus in this mode; `tick` makes the same request twice differ. */
  compose = $state.raw<{ mode: 'reply' | 'note'; tick: number } | null>(null);
  dialog = $state<'call' | 'help' | null>(null);
  /** On narrow screens the details lie over the thread. */
  details = $state(false);
  #tick = 0;

  write(mode: 'reply' | 'note'): void {
    this.compose = { mode, tick: ++this.#tick };
  }
}

export const commands = new Commands();

// Short words about what just happened, read out by screen readers, with a way back where
// there is one.

export interface Toast {
  id: number;
  tone: 'plain' | 'error';
  text: string;
  action: { label: string; run: () => void } | null;
}

const PLAIN_MS = 6_000;
const ERROR_MS = 12_000;

class Toasts {
  items = $state.raw<Toast[]>([]);
  #next = 1;

  say(text: string, action: Toast['action'] = null): void {
    this.#add({ id: this.#next++, tone: 'plain', text, action }, PLAIN_MS);
  }

  fail(text: string, action: Toast['action'] = null): void {
    this.#add({ id: this.#next++, tone: 'error', text, action }, ERROR_MS);
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  #add(toast: Toast, ms: number): void {
    this.items = [...this.items.slice(-2), toast];
    setTimeout(() => this.dismiss(toast.id), ms);
  }
}

export const toasts = new Toasts();

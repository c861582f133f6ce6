// The accounts and the list of what could not be read, kept current while the page is open.
import type { AccountKind, AccountView, UnreadableBody } from '../api.ts';
import { CallFailed } from '../http.ts';
import { byTrouble } from '../model/accounts.ts';
import { loadAccountKinds, loadAccounts, loadUnreadable } from './calls.ts';

const words = (problem: unknown): string =>
  problem instanceof Error ? problem.message : String(problem);

class AccountStore {
  #items = $state.raw<readonly AccountView[] | null>(null);
  kinds = $state.raw<readonly AccountKind[]>([]);
  error = $state<string | null>(null);
  denied = $state(false);

  unreadable = $state.raw<readonly UnreadableBody[] | null>(null);
  unreadableError = $state<string | null>(null);
  next = $state<string | null>(null);

  items = $derived(this.#items === null ? null : byTrouble(this.#items));

  async read(): Promise<void> {
    try {
      this.#items = (await loadAccounts()).items;
      this.error = null;
    } catch (problem) {
      this.denied = problem instanceof CallFailed && problem.status === 403;
      this.error = words(problem);
    }
  }

  async readKinds(): Promise<void> {
    try {
      this.kinds = await loadAccountKinds();
    } catch {
      // Asked for again when a form is opened.
    }
  }

  /** The newest page, or (`more`) the one after what is shown. */
  async readUnreadable(more = false): Promise<void> {
    try {
      const page = await loadUnreadable(more ? this.next : null);
      this.unreadable = more ? [...(this.unreadable ?? []), ...page.items] : page.items;
      this.next = page.next_cursor;
      this.unreadableError = null;
    } catch (problem) {
      this.unreadableError = words(problem);
    }
  }

  take(account: AccountView): void {
    const others = (this.#items ?? []).filter((known) => known.id !== account.id);
    this.#items = [...others, account];
  }

  name(id: number): string {
    return this.#items?.find((account) => account.id === id)?.name ?? `Account ${id}`;
  }
}

export const store = new AccountStore();

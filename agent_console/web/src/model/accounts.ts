// How an account fares, in words for those who look after it.
import type { AccountView, Part } from '../api.ts';
import { age } from './time.ts';

export const stateWords: Record<AccountView['state'], string> = {
  up: 'Working',
  degraded: 'Needs a look',
  starting: 'Starting',
  down: 'Stopped',
};

/** "$0.0042", "$12.30": a cost estimate, as fine as it needs to be. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0';
  if (amount < 0.01) return `$${amount.toFixed(4)}`;
  return `$${amount.toFixed(2)}`;
}

/** "4m ago"; null where it never happened. */
export function ago(iso: string | null, now: number): string | null {
  if (iso === null) return null;
  const words = age(now - Date.parse(iso));
  return words === 'now' ? 'just now' : `${words} ago`;
}

const DAY = 86_400_000;

/** When access ends, and how loud to say so. */
export function expiry(
  iso: string | null,
  now: number,
): { tone: 'plain' | 'amber' | 'red'; words: string } | null {
  if (iso === null) return null;
  const left = Date.parse(iso) - now;
  if (left <= 0) return { tone: 'red', words: `ended ${ago(iso, now)}` };
  const words = left < DAY ? `in ${Math.max(1, Math.round(left / 3_600_000))} h` : `in ${Math.floor(left / DAY)} days`;
  return { tone: left < 7 * DAY ? 'amber' : 'plain', words };
}

/** Troubled first, then platforms, then channels of our own, then what is switched off. */
export const byTrouble = (accounts: readonly AccountView[]): AccountView[] => {
  const rank = (account: AccountView) => {
    if (!account.enabled) return 4;
    if (account.state === 'down') return 0;
    if (account.state === 'degraded') return 1;
    return account.secrets.length || account.webhook_url !== null ? 2 : 3;
  };
  return [...accounts].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
};

/** A part of the hub that is an account ("x/city") rather than a piece of machinery. */
export const isAccount = (part: Part): boolean => part.name.includes('/');

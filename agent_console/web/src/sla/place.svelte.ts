// What of the page is shown, kept in its address; and the way to a field.
import { tick } from 'svelte';
import { route } from '../console/route.svelte.ts';
import { rules } from './rules.svelte.ts';

export const tabs = ['policies', 'calendars', 'versions'] as const;
export type Tab = (typeof tabs)[number];

class Place {
  #query = $derived(new URLSearchParams(route.place.search));
  tab = $derived<Tab>(tabs.find((name) => name === this.#query.get('show')) ?? 'policies');
  /** The key of the policy or calendar that is open. */
  open = $derived(this.#query.get('open'));

  go(tab: Tab, open: string | null = null, replace = false): void {
    const query = new URLSearchParams();
    if (tab !== 'policies') query.set('show', tab);
    if (open !== null) query.set('open', open);
    route.go({ search: query.size ? `?${query}` : '' }, replace);
  }

  toggle(key: string): void {
    this.go(this.tab, this.open === key ? null : key, true);
  }

  /** Show the field of that name, and bring the keyboard to it. */
  async toField(field: string): Promise<void> {
    const [list, index] = field.split('.');
    if (list === 'policies' || list === 'calendars') {
      const item = rules.draft?.[list][Number(index)];
      if (item) this.go(list, item.key, true);
    }
    await tick();
    focusField(field);
  }
}

/** The control of a field, or the first within it. */
export function focusField(field: string): void {
  const control = 'input, select, textarea, button';
  const marked = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`);
  const target = marked?.matches(control) ? marked : marked?.querySelector<HTMLElement>(control);
  const found = target ?? marked;
  found?.focus();
  found?.scrollIntoView({ block: 'center' });
}

export const place = new Place();

// What of the page is shown, kept in its address: the list's filters stay while an article is open.
import { route } from '../console/route.svelte.ts';
import { NEW } from './edit.svelte.ts';
import { type Filters, readFilters, writeFilters } from './listing.ts';

export interface Shows {
  /** The slug of the article that is open, `NEW` for one to be made, null for the list. */
  article: string | null;
  versions: boolean;
  filters: Filters;
}

export function shows(search: string): Shows {
  const query = new URLSearchParams(search);
  return {
    article: query.has('new') ? NEW : query.get('article'),
    versions: query.has('versions'),
    filters: readFilters(search),
  };
}

export function searchOf(filters: Filters, article: string | null, versions = false): string {
  const query = new URLSearchParams(writeFilters(filters));
  if (article === NEW) query.set('new', '1');
  else if (article !== null) query.set('article', article);
  if (article !== null && versions) query.set('versions', '1');
  return query.size ? `?${query}` : '';
}

export const show = (search: string, replace = false): void =>
  route.go({ page: 'knowledge', search }, replace);

/** For a link: a click with a modifier opens a tab of its own, as the browser does. */
export function follow(event: MouseEvent, search: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  show(search);
}

/** Bring the keyboard to a field of the form, and the field into view. */
export function focusField(field: string): void {
  const control = 'input, select, textarea, button';
  const marked = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`);
  const target = marked?.matches(control) ? marked : marked?.querySelector<HTMLElement>(control);
  (target ?? marked)?.focus();
  (target ?? marked)?.scrollIntoView({ block: 'center' });
}

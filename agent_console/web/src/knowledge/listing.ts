// The list of articles: what is asked for (kept in the address), found, and in which order.
import type { ArticleLine, ArticleState, Figures } from './api.ts';

export type SortKey = 'title' | 'unit' | 'shown' | 'helpful' | 'person' | 'due' | 'updated';

export interface Filters {
  q: string;
  state: ArticleState | null;
  unit: string | null;
  overdue: boolean;
  sort: SortKey;
  /** The other way round than a column begins with. */
  turned: boolean;
}

const states: readonly ArticleState[] = ['published', 'review', 'draft', 'archived'];
const keys: readonly SortKey[] = ['title', 'unit', 'shown', 'helpful', 'person', 'due', 'updated'];

export const stateName: Record<ArticleState, string> = {
  published: 'Published',
  review: 'To be reviewed',
  draft: 'Draft',
  archived: 'Archived',
};

export const noFilters: Filters = {
  q: '',
  state: null,
  unit: null,
  overdue: false,
  sort: 'title',
  turned: false,
};

export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return {
    q: query.get('q') ?? '',
    state: states.find((name) => name === query.get('state')) ?? null,
    unit: query.get('unit') || null,
    overdue: query.has('overdue'),
    sort: keys.find((name) => name === query.get('sort')) ?? 'title',
    turned: query.has('turned'),
  };
}

export function writeFilters(filters: Filters): string {
  const query = new URLSearchParams();
  // As typed: a blank at its end is the beginning of the next word.
  if (filters.q) query.set('q', filters.q);
  if (filters.state) query.set('state', filters.state);
  if (filters.unit) query.set('unit', filters.unit);
  if (filters.overdue) query.set('overdue', '1');
  if (filters.sort !== 'title') query.set('sort', filters.sort);
  if (filters.turned) query.set('turned', '1');
  return query.size ? `?${query}` : '';
}

/** Without case and accents: "energía" is found by "energia". */
export const folded = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

type Named = (slug: string) => string;

/** Every word asked for is somewhere in its title, its slug or its unit's name. */
export function found(line: ArticleLine, filters: Filters, unitName: Named): boolean {
  if (filters.state !== null && line.state !== filters.state) return false;
  // What is archived is out of sight until it is asked for.
  if (filters.state === null && line.state === 'archived') return false;
  if (filters.unit !== null && (line.unit ?? 'none') !== filters.unit) return false;
  if (filters.overdue && !line.overdue) return false;
  const unit = line.unit === null ? '' : unitName(line.unit);
  const text = folded(`${line.title} ${line.slug} ${unit}`);
  return folded(filters.q)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The share of those who said so that it helped; null where nobody said anything. */
export const helped = ({ helpful, unhelpful }: Figures): number | null =>
  helpful + unhelpful ? helpful / (helpful + unhelpful) : null;

/** The share of times it was shown that a person was needed all the same. */
export const toPerson = ({ shown, person }: Figures): number | null =>
  shown ? Math.min(1, person / shown) : null;

const byTitle = (a: ArticleLine, b: ArticleLine): number =>
  a.title.localeCompare(b.title) || a.slug.localeCompare(b.slug);

/** How a column begins: what needs somebody first. Lines without the figure come last. */
const orders: Record<SortKey, (a: ArticleLine, b: ArticleLine, turn: number) => number> = {
  title: (a, b, turn) => turn * byTitle(a, b),
  unit: (a, b, turn) => missing(a.unit, b.unit, (one, other) => turn * one.localeCompare(other)),
  shown: (a, b, turn) => turn * (b.figures.shown - a.figures.shown),
  helpful: (a, b, turn) =>
    missing(helped(a.figures), helped(b.figures), (one, other) => turn * (one - other)),
  person: (a, b, turn) =>
    missing(toPerson(a.figures), toPerson(b.figures), (one, other) => turn * (other - one)),
  due: (a, b, turn) =>
    missing(
      a.published && a.review_due,
      b.published && b.review_due,
      (one, other) => turn * String(one).localeCompare(String(other)),
    ),
  updated: (a, b, turn) => turn * b.updated_at.localeCompare(a.updated_at),
};

function missing<T>(one: T | null, other: T | null, order: (a: T, b: T) => number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return order(one, other);
}

/** Which way a column begins: up, or down. */
export const beginsUp = (key: SortKey): boolean => key !== 'shown' && key !== 'person' && key !== 'updated';

export function listed(
  lines: Iterable<ArticleLine>,
  filters: Filters,
  unitName: Named,
): ArticleLine[] {
  const turn = filters.turned ? -1 : 1;
  const order = orders[filters.sort];
  return [...lines]
    .filter((line) => found(line, filters, unitName))
    .sort((a, b) => order(a, b, turn) || byTitle(a, b));
}

export interface Tally {
  all: number;
  states: Record<ArticleState, number>;
  overdue: number;
}

/** How many there are of each kind, whatever is filtered. */
export function tally(lines: Iterable<ArticleLine>): Tally {
  const counts: Tally = {
    all: 0,
    states: { published: 0, review: 0, draft: 0, archived: 0 },
    overdue: 0,
  };
  for (const line of lines) {
    counts.all += Number(line.state !== 'archived');
    counts.states[line.state] += 1;
    counts.overdue += Number(line.overdue);
  }
  return counts;
}

/** "Draft; version 4 is in use": the state and what citizens read meanwhile. */
export function standing(line: Pick<ArticleLine, 'state' | 'version' | 'published'>): string {
  const name = stateName[line.state];
  if (line.published === null || line.published === line.version) return name;
  return `${name}; version ${line.published} is in use`;
}

/** "12 of 15 said that it helped"; what the small numbers mean, for a title and for ears. */
export function figureWords(figures: Figures): { shown: string; helpful: string; person: string } {
  const { shown, helpful, unhelpful, person } = figures;
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
  return {
    shown: shown ? `Shown ${times(shown)} in 90 days` : 'Not shown in 90 days',
    helpful:
      helpful + unhelpful
        ? `${helpful} of ${helpful + unhelpful} readers said that it helped`
        : 'No reader said whether it helped',
    person: person
      ? `A person was needed all the same ${times(person)}`
      : 'No person was needed after it',
  };
}

export const percent = (share: number | null): string =>
  share === null ? '–' : `${Math.round(share * 100)} %`;

/** How long until somebody must look whether it is true: "in 3 days", "5 days late". */
export function dueWords(due: string, now: number): string {
  const days = Math.floor((Date.parse(due) - now) / 86_400_000);
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const long = (count: number) =>
    count >= 60 ? plural(Math.round(count / 30.4), 'month') : plural(count, 'day');
  if (days < 0) return `${long(Math.max(1, -days))} late`;
  return days === 0 ? 'today' : `in ${long(days)}`;
}

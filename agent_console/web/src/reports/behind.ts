// Which tickets stand behind a figure: kept in the address, so that "back" from a ticket leads to
// the list again.
import type { Metric, ReportRow } from './api.ts';
import type { By } from './filters.ts';
import { count, metricName, metrics, outcomes, outcomeWords, type Outcome } from './figures.ts';

/** All that a share and a percentile are of, or one way to end. */
export type Part = Outcome | 'decided';

/** What differs from the report's own question: a bar of another chart asks its own. */
export interface BehindFigure {
  figure: string;
  /** A row's key; `null` for all rows. `""` is a group, too: those without a topic, say. */
  group: string | null;
  /** What the group is called. */
  name: string;
  /** What the report shows there. */
  shown: number | null;
  by?: By;
  topic?: string;
  start?: string;
  end?: string;
}

export function toText(behind: BehindFigure): string {
  const text = new URLSearchParams({ figure: behind.figure, name: behind.name });
  if (behind.group !== null) text.set('group', behind.group);
  if (behind.shown !== null) text.set('shown', String(behind.shown));
  for (const name of ['by', 'topic', 'start', 'end'] as const) {
    const value = behind[name];
    if (value !== undefined) text.set(name, value);
  }
  return text.toString();
}

export function fromText(text: string | null): BehindFigure | null {
  if (!text) return null;
  const said = new URLSearchParams(text);
  const figure = said.get('figure');
  if (!figure) return null;
  const shown = said.get('shown');
  const behind: BehindFigure = {
    figure,
    group: said.get('group'),
    name: said.get('name') ?? '',
    shown: shown !== null && /^\d+$/.test(shown) ? Number(shown) : null,
  };
  for (const name of ['topic', 'start', 'end'] as const) {
    const value = said.get(name);
    if (value !== null) behind[name] = value;
  }
  const by = said.get('by');
  if (by !== null) behind.by = by as By;
  return behind;
}

/** What the server is asked: the report's question, changed by what the figure asks otherwise. */
export function behindQuery(
  report: URLSearchParams,
  behind: BehindFigure,
  cursor: string | null,
): URLSearchParams {
  const query = new URLSearchParams(report);
  for (const name of ['by', 'topic', 'start', 'end'] as const) {
    const value = behind[name];
    if (value !== undefined) query.set(name, value);
  }
  query.set('figure', behind.figure);
  if (behind.group !== null) query.set('group', behind.group);
  query.set('limit', '50');
  if (cursor !== null) query.set('cursor', cursor);
  return query;
}

const plain: Readonly<Record<string, string>> = {
  created: 'Came in',
  resolved: 'Resolved',
  open: 'Open',
  with_bot: 'Began with the bot',
  contained: 'Resolved by the bot alone',
  reopened: 'Reopened',
  first_contact: 'Resolved at first contact',
  surveys_asked: 'Survey sent',
  surveys_answered: 'Survey answered',
  surveys_satisfied: 'Satisfied',
};

/** The lists of one metric, in the order in which they are offered. */
export const parts: readonly Part[] = ['decided', ...outcomes];

export const partWords = (metric: Metric, part: Part): string =>
  part === 'decided' ? 'decided' : outcomeWords(metric, part);

/** The metric that a figure belongs to, with its outcome. */
export function partsOf(figure: string): { metric: Metric; outcome: Part } | null {
  const [first, second] = figure.split('.');
  const metric = metrics.find((name) => name === first);
  const outcome = parts.find((name) => name === second);
  return metric && outcome ? { metric, outcome } : null;
}

/** "First response: late" */
export function figureName(figure: string): string {
  const found = partsOf(figure);
  if (!found) return plain[figure] ?? figure;
  return `${metricName[found.metric]}: ${partWords(found.metric, found.outcome)}`;
}

/** How many tickets a row has behind a figure; null for one that is not known. */
export function countOf(row: ReportRow, figure: string): number | null {
  const found = partsOf(figure);
  if (found) return row[found.metric][found.outcome];
  const value = (row as unknown as Record<string, unknown>)[figure];
  return figure in plain && typeof value === 'number' ? value : null;
}

/** What the list says where it differs from the report, which may be older. */
export function differs(shown: number | null, total: number): string | null {
  if (shown === null || shown === total) return null;
  return `The report showed ${count(shown)}; since then it has become ${count(total)}.`;
}

// The columns of the full table: what each shows, what it is sorted by, and the figure whose
// tickets it opens.
import type { Metric, ReportRow } from './api.ts';
import type { Counting } from './filters.ts';
import {
  containment,
  count,
  firstContact,
  metricName,
  outcomeWords,
  percent,
  type Point,
  reopenRate,
  satisfied,
  timeWords,
} from './figures.ts';

export interface Column {
  id: string;
  title: string;
  /** Said before the title where it stands under a common heading. */
  group?: string;
  text: (row: ReportRow) => string;
  /** null is last in either direction. */
  order: (row: ReportRow) => number | null;
  /** `late` of `first_response.late`, or null where no ticket stands behind it. */
  figure: string | null;
  /** How many tickets that figure has. */
  behind: (row: ReportRow) => number;
  /** Whether the value is one to look at: below target, or a miss. */
  alarm?: (row: ReportRow) => boolean;
}

export const sets = ['overview', 'first_response', 'next_response', 'resolution', 'quality'] as const;
export type ColumnSet = (typeof sets)[number];

export const setName: Record<ColumnSet, string> = {
  overview: 'Overview',
  first_response: 'First response',
  next_response: 'Next response',
  resolution: 'Resolution',
  quality: 'Quality',
};

type Counted = 'created' | 'resolved' | 'open' | 'with_bot' | 'contained' | 'reopened' | 'first_contact' | 'surveys_answered' | 'surveys_satisfied';

function counted(id: Counted, title: string): Column {
  return {
    id,
    title,
    text: (row) => count(row[id]),
    order: (row) => row[id],
    figure: id,
    behind: (row) => row[id],
  };
}

function rated(
  id: string,
  title: string,
  of: (row: ReportRow) => number | null,
  figure: Counted,
): Column {
  return {
    id,
    title,
    text: (row) => percent(of(row)),
    order: of,
    figure,
    behind: (row) => row[figure],
  };
}

function within(metric: Metric, title: string, target: number): Column {
  return {
    id: `${metric}.share`,
    title,
    text: (row) => percent(row[metric].share_within),
    order: (row) => row[metric].share_within,
    figure: `${metric}.decided`,
    behind: (row) => row[metric].decided,
    alarm: (row) => row[metric].share_within !== null && row[metric].share_within < target,
  };
}

type Shown = 'within' | 'late' | 'overdue' | 'unanswered' | 'pending' | 'answered_by_bot' | 'no_reply_needed';

function outcome(metric: Metric, name: Shown, miss: boolean): Column {
  const words = outcomeWords(metric, name);
  return {
    id: `${metric}.${name}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    text: (row) => count(row[metric][name]),
    order: (row) => row[metric][name],
    figure: `${metric}.${name}`,
    behind: (row) => row[metric][name],
    ...(miss ? { alarm: (row: ReportRow) => row[metric][name] > 0 } : {}),
  };
}

function time(metric: Metric, point: Point, counting: Counting, title: string): Column {
  return {
    id: `${metric}.${point}`,
    title,
    text: (row) => timeWords(row[metric][counting], point, metric),
    // Not known is longer than any that was measured.
    order: (row) =>
      row[metric][counting][`${point}_open`]
        ? Number.MAX_SAFE_INTEGER
        : row[metric][counting][point],
    figure: `${metric}.decided`,
    behind: (row) => row[metric].decided,
  };
}

const score: Column = {
  id: 'survey_score',
  title: 'Mean score',
  text: (row) => (row.survey_score === null ? '–' : row.survey_score.toFixed(1)),
  order: (row) => row.survey_score,
  figure: 'surveys_answered',
  behind: (row) => row.surveys_answered,
};

export function columnsOf(set: ColumnSet, counting: Counting, target: number): Column[] {
  switch (set) {
    case 'overview':
      return [
        counted('created', 'Came in'),
        counted('resolved', 'Resolved'),
        counted('open', 'Open'),
        within('first_response', `${metricName.first_response} within target`, target),
        outcome('first_response', 'late', true),
        outcome('first_response', 'overdue', true),
        outcome('first_response', 'unanswered', true),
        time('first_response', 'median', counting, 'Median first response'),
        within('resolution', 'Resolved within target', target),
        rated('first_contact_rate', 'First contact', firstContact, 'first_contact'),
        rated('contained_rate', 'Bot alone', containment, 'contained'),
        rated('satisfied_rate', 'Satisfied', satisfied, 'surveys_satisfied'),
      ];
    case 'quality':
      return [
        counted('resolved', 'Resolved'),
        counted('first_contact', 'At first contact'),
        rated('first_contact_rate', 'Share', firstContact, 'first_contact'),
        counted('reopened', 'Reopened'),
        rated('reopened_rate', 'Share', reopenRate, 'reopened'),
        counted('with_bot', 'Began with the bot'),
        counted('contained', 'Bot alone'),
        rated('contained_rate', 'Share', containment, 'contained'),
        counted('surveys_answered', 'Surveys answered'),
        counted('surveys_satisfied', 'Satisfied'),
        rated('satisfied_rate', 'Share', satisfied, 'surveys_satisfied'),
        score,
      ];
    default:
      return [
        within(set, 'Share within target', target),
        outcome(set, 'within', false),
        outcome(set, 'late', true),
        outcome(set, 'overdue', true),
        outcome(set, 'unanswered', true),
        time(set, 'median', counting, 'Median'),
        time(set, 'p90', counting, '90th percentile'),
        outcome(set, 'pending', false),
        outcome(set, 'answered_by_bot', false),
        outcome(set, 'no_reply_needed', false),
      ];
  }
}

export interface Sorting {
  column: string;
  down: boolean;
}

/** Rows by a column; those without a value last, equal ones as they stood. */
export function sorted(
  rows: readonly ReportRow[],
  order: (row: ReportRow) => number | null,
  down: boolean,
): ReportRow[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return down ? y - x : x - y;
  });
}

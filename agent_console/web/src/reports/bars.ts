// What the charts draw, made of a report's rows.
import type { BarRow } from '../ui/charts/BarRows.svelte';
import type { RangeRow } from '../ui/charts/RangeRows.svelte';
import type { Metric, ReportRow, TopicTrend } from './api.ts';
import type { By, Counting } from './filters.ts';
import {
  changeWords,
  count,
  countChange,
  denominator,
  metricName,
  misses,
  outcomeWords,
  percent,
  satisfied,
  TARGET_SHARE,
  timeWords,
} from './figures.ts';
import { groupName } from './groups.ts';

/** More bars than that are not looked at one by one: the table has them all. */
export const MOST_BARS = 25;

const HINT = 'Click or Enter opens the tickets';

export function shareBars(rows: readonly ReportRow[], by: By, metric: Metric): BarRow[] {
  return rows.map((row) => {
    const figures = row[metric];
    const name = groupName(by, row);
    return {
      key: row.key,
      label: name,
      value: figures.share_within,
      text:
        figures.share_within === null
          ? 'none decided'
          : `${percent(figures.share_within)} of ${count(figures.decided)}`,
      low: figures.share_within !== null && figures.share_within < TARGET_SHARE,
      tip: {
        title: name,
        lines: [
          ['Within target', `${count(figures.within)} of ${count(figures.decided)}`],
          ...misses(metric).map((outcome): [string, string] => {
            const words = outcomeWords(metric, outcome);
            return [words.charAt(0).toUpperCase() + words.slice(1), count(figures[outcome])];
          }),
        ],
        hint: HINT,
      },
    };
  });
}

export function rangeRows(
  rows: readonly ReportRow[],
  by: By,
  metric: Metric,
  counting: Counting,
): RangeRow[] {
  return rows.map((row) => {
    const times = row[metric][counting];
    const name = groupName(by, row);
    const median = timeWords(times, 'median', metric);
    const p90 = timeWords(times, 'p90', metric);
    return {
      key: row.key,
      label: name,
      from: times.median_open ? null : times.median,
      to: times.p90_open ? null : times.p90,
      open: times.p90_open,
      text: median === p90 ? median : `${median} – ${p90}`,
      tip: {
        title: name,
        lines: [
          ['Median', median],
          ['90th percentile', p90],
          ['Decided', count(row[metric].decided)],
        ],
        hint: HINT,
      },
    };
  });
}

export function satisfactionBars(rows: readonly ReportRow[], by: By): BarRow[] {
  return rows
    .filter((row) => row.surveys_answered > 0)
    .map((row) => {
      const name = groupName(by, row);
      return {
        key: row.key,
        label: name,
        value: satisfied(row),
        text: `${percent(satisfied(row))} of ${count(row.surveys_answered)}`,
        tip: {
          title: name,
          lines: [
            ['Satisfied (4 and 5)', `${count(row.surveys_satisfied)} of ${count(row.surveys_answered)}`],
            ['Mean score', row.survey_score === null ? '–' : `${row.survey_score.toFixed(1)} of 5`],
            ['Asked', count(row.surveys_asked)],
          ],
          hint: HINT,
        },
      };
    });
}

export function topicBars(topics: readonly TopicTrend[]): BarRow[] {
  return topics.map((trend) => {
    const name = groupName('topic', { key: trend.topic, label: trend.topic });
    const change = countChange(trend.created, trend.before, null);
    const sign = change.arrow === 'up' ? '+' : change.arrow === 'down' ? '−' : '';
    return {
      key: trend.topic,
      label: name,
      value: trend.created,
      before: trend.before,
      text: `${count(trend.created)} (${change.arrow === 'level' ? '=' : trend.before ? `${sign}${change.text}` : 'new'})`,
      tip: {
        title: name,
        lines: [
          ['This period', count(trend.created)],
          ['The one before', count(trend.before)],
          ['Change', changeWords(change)],
        ],
        hint: HINT,
      },
    };
  });
}

/** The figures of the share's chart as a table. */
export function shareTable(rows: readonly ReportRow[], by: By, metric: Metric): string[][] {
  return rows.map((row) => {
    const figures = row[metric];
    return [
      groupName(by, row),
      percent(figures.share_within),
      count(figures.within),
      count(figures.late),
      count(figures.overdue),
      count(figures.unanswered),
      count(figures.decided),
    ];
  });
}

export const shareHead = (first: string) => [
  first,
  'Share',
  'Within',
  'Late',
  'Overdue',
  'Unanswered',
  'Decided',
];

/** "First response within target: …" for those who do not see the bars. */
export const summary = (metric: Metric, row: ReportRow): string =>
  `${metricName[metric]}: ${denominator(metric, row[metric])}`;

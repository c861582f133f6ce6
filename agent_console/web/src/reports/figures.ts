// A report's figures in words: shares that never round a miss away, times that say when they
// are not known, changes that say whether they are for the better.
import { seconds } from '../model/time.ts';
import type { Metric, MetricFigures, ReportRow, Times } from './api.ts';

export const TARGET_SHARE = 0.85;

export const metrics = ['first_response', 'next_response', 'resolution'] as const;

export const metricName: Record<Metric, string> = {
  first_response: 'First response',
  next_response: 'Next response',
  resolution: 'Resolution',
};

/** How a clock ended, or stands: the name of the figure behind it. */
export const outcomes = [
  'within',
  'late',
  'overdue',
  'unanswered',
  'pending',
  'answered_by_bot',
  'no_reply_needed',
] as const;
export type Outcome = (typeof outcomes)[number];

const number = new Intl.NumberFormat('en-US');
export const count = (value: number): string => number.format(value);

/** "91.9 %": all and none are said only of all and none. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  return `${Math.min(99.9, Math.max(0.1, Math.round(share * 1000) / 10)).toFixed(1)} %`;
}

export const share = (part: number, whole: number): number | null => (whole ? part / whole : null);

export function outcomeWords(metric: Metric, outcome: Outcome): string {
  const solved = metric === 'resolution';
  switch (outcome) {
    case 'within':
      return 'within target';
    case 'late':
      return 'late';
    case 'overdue':
      return 'overdue';
    case 'unanswered':
      return solved ? 'never resolved' : 'unanswered';
    case 'pending':
      return 'not due yet';
    case 'answered_by_bot':
      return solved ? 'resolved by the bot' : 'answered by the bot';
    case 'no_reply_needed':
      return 'needed no reply';
  }
}

/** Counted in the share. Late, overdue and unanswered are always said, also where there is none. */
export const misses = (metric: Metric): readonly Outcome[] =>
  metric === 'resolution' ? ['late', 'overdue'] : ['late', 'overdue', 'unanswered'];

/** Not counted in the share, and so said beside it. */
export const apart: readonly Outcome[] = ['pending', 'answered_by_bot', 'no_reply_needed'];

/** The share's denominator in words, as it is read out and put into tooltips. */
export function denominator(metric: Metric, figures: MetricFigures): string {
  const said = (outcome: Outcome) => `${count(figures[outcome])} ${outcomeWords(metric, outcome)}`;
  const missed = outcomes
    .slice(1, 4)
    .filter((outcome) => misses(metric).includes(outcome) || figures[outcome]);
  const rest = apart.filter((outcome) => figures[outcome]);
  const words = `${count(figures.within)} of ${count(figures.decided)} within target; ${missed.map(said).join(', ')}`;
  return rest.length ? `${words}; counted apart: ${rest.map(said).join(', ')}` : words;
}

export type Point = 'median' | 'p90';

const unmet = (metric: Metric): string =>
  metric === 'resolution' ? 'not resolved yet' : 'not answered yet';

/** "42 min", "longer than 3 h 10 min", "not answered yet", or a dash where nothing is decided. */
export function timeWords(times: Times, point: Point, metric: Metric): string {
  const value = times[point];
  if (times[`${point}_open`]) {
    return value === null ? unmet(metric) : `longer than ${seconds(value)}`;
  }
  return seconds(value);
}

/** Why a time is not a number, for a tooltip; null where it is one. */
export function openWords(times: Times, point: Point, metric: Metric): string | null {
  if (!times[`${point}_open`]) return null;
  const which = point === 'median' ? 'middle' : '90th of a hundred';
  return `The ${which} is ${unmet(metric)}: it takes longer than any that was.`;
}

export interface Change {
  text: string;
  /** For people: up may be good or bad. */
  tone: 'better' | 'worse' | 'same' | 'none';
  arrow: 'up' | 'down' | 'level' | null;
}

/** Of fewer than this, a share or a percentile says little: no verdict is passed on it. */
export const FEW = 20;

const noChange = (text: string): Change => ({ text, tone: 'none', arrow: null });

function judged(difference: number, text: string, goodUp: boolean | null): Change {
  const arrow = difference > 0 ? 'up' : 'down';
  const tone = goodUp === null ? 'none' : difference > 0 === goodUp ? 'better' : 'worse';
  return { text, tone, arrow };
}

const few = (now: number, then: number): Change | null =>
  now < FEW ? noChange('too few to compare') : then < FEW ? noChange(`only ${count(then)} before`) : null;

/** In points of a hundred; `of` and `ofThen` are how many the shares are of. */
export function shareChange(
  now: number | null,
  then: number | null,
  goodUp: boolean | null,
  of = FEW,
  ofThen = FEW,
): Change {
  if (now === null || then === null) return noChange('nothing to compare with');
  const tooFew = few(of, ofThen);
  if (tooFew) return tooFew;
  const points = Math.round((now - then) * 1000) / 10;
  if (points === 0) return { text: 'as before', tone: 'same', arrow: 'level' };
  return judged(points, `${Math.abs(points).toFixed(1)} points`, goodUp);
}

/** In per cent of what it was, or in numbers where there was none. */
export function countChange(now: number, then: number, goodUp: boolean | null): Change {
  if (now === then) return { text: 'as before', tone: 'same', arrow: 'level' };
  if (then < FEW) return noChange(then ? `${count(then)} before` : 'none before');
  const ratio = Math.abs(now - then) / then;
  const text = ratio > 9.995 ? `${Math.round(now / then)} times` : `${Math.round(ratio * 100)} %`;
  return judged(now - then, text === '0 %' ? 'under 1 %' : text, goodUp);
}

/** Shorter is better. Not known on either side is no number. */
export function timeChange(now: Times, then: Times, point: Point, of = FEW, ofThen = FEW): Change {
  const tooFew = few(of, ofThen);
  if (tooFew) return of && ofThen ? tooFew : noChange('nothing to compare with');
  const [a, b] = [now[point], then[point]];
  const [openNow, openThen] = [now[`${point}_open`], then[`${point}_open`]];
  if (openNow && openThen) return noChange('not known before, either');
  if (openNow) return b === null ? noChange('nothing to compare with') : { text: `was ${seconds(b)}`, tone: 'worse', arrow: 'up' };
  if (openThen) return a === null ? noChange('nothing to compare with') : { text: 'not known before', tone: 'better', arrow: 'down' };
  if (a === null || b === null) return noChange('nothing to compare with');
  const difference = a - b;
  if (seconds(Math.abs(difference)) === '0 s') return { text: 'as before', tone: 'same', arrow: 'level' };
  return judged(difference, seconds(Math.abs(difference)), false);
}

export function changeWords(change: Change): string {
  const way = change.arrow === 'up' ? 'up ' : change.arrow === 'down' ? 'down ' : '';
  const tone = change.tone === 'better' ? ', better' : change.tone === 'worse' ? ', worse' : '';
  return `${way}${change.text}${tone}`;
}

export const firstContact = (row: ReportRow) => share(row.first_contact, row.resolved);
export const containment = (row: ReportRow) => share(row.contained, row.with_bot);
export const reopenRate = (row: ReportRow) => share(row.reopened, row.resolved);
export const satisfied = (row: ReportRow) => share(row.surveys_satisfied, row.surveys_answered);

/** How far behind a report is, in words; `late` where people should know before they act on it. */
export function lateness(asOf: string, now: number): { words: string; late: boolean } {
  const behind = Math.max(0, now - Date.parse(asOf)) / 1000;
  if (behind < 90) return { words: 'up to date', late: false };
  return { words: `${seconds(behind)} behind`, late: behind > 900 };
}

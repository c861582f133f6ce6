// Opening hours as they are typed, drawn and told.
import type { Span } from './api.ts';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];
export type Week = Record<Day, Span[]>;

export const dayName: Record<Day, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

export const shortDay: Record<Day, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

const DAY_MINUTES = 1_440;

/** "8", "830", "8:30", "5 pm" as "08:00", "08:30", "08:30", "17:00"; else what was typed. */
export function tidyClock(typed: string): string {
  const found = /^(\d{1,2})(?:[:.]?([0-5]\d))?\s*([ap])?\.?(?:m\.?)?$/i.exec(typed.trim());
  if (!found) return typed.trim();
  let hour = Number(found[1]);
  const half = found[3]?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return typed.trim();
    hour = (hour % 12) + (half === 'p' ? 12 : 0);
  }
  const minute = found[2] ?? '00';
  if (hour > 24 || (hour === 24 && minute !== '00')) return typed.trim();
  return `${String(hour).padStart(2, '0')}:${minute}`;
}

/** Minutes since midnight of "08:30", or null where it is no time of day. Seconds count, too. */
export function minutesOf(clock: string): number | null {
  const found = /^([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?$/.exec(clock);
  if (!found) return null;
  const total = Number(found[1]) * 60 + Number(found[2]) + Number(found[3] ?? 0) / 60;
  return total > DAY_MINUTES ? null : total;
}

/** It ends on the day after the one it begins on. */
export function pastMidnight([opens, closes]: Span): boolean {
  const start = minutesOf(opens);
  const end = minutesOf(closes);
  return start !== null && end !== null && end < start && end > 0;
}

/** Minutes from opening to closing; null while either is no time. */
export function lengthOf([opens, closes]: Span): number | null {
  const start = minutesOf(opens);
  const end = minutesOf(closes);
  if (start === null || end === null || start === end) return null;
  return end > start ? end - start : end + DAY_MINUTES - start;
}

/** Working minutes of one day's hours. */
export const minutesOpen = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + (lengthOf(span) ?? 0), 0);

export interface Block {
  /** Share of the day, 0 to 1. */
  from: number;
  to: number;
  /** It began on the day before. */
  carried: boolean;
}

/** What is drawn of each day: its hours up to midnight, and what runs on from the day before. */
export function blocks(week: Week): Record<Day, Block[]> {
  const drawn = Object.fromEntries(days.map((day) => [day, [] as Block[]])) as Record<Day, Block[]>;
  days.forEach((day, number) => {
    const following = days[(number + 1) % 7] as Day;
    for (const span of week[day]) {
      const start = minutesOf(span[0]);
      const length = lengthOf(span);
      if (start === null || length === null) continue;
      const end = start + length;
      drawn[day].push({
        from: start / DAY_MINUTES,
        to: Math.min(end, DAY_MINUTES) / DAY_MINUTES,
        carried: false,
      });
      if (end > DAY_MINUTES) {
        drawn[following].push({ from: 0, to: (end - DAY_MINUTES) / DAY_MINUTES, carried: true });
      }
    }
  });
  return drawn;
}

export const spanWords = (spans: readonly Span[]): string =>
  spans.length ? spans.map(([opens, closes]) => `${opens}–${closes}`).join(' and ') : 'closed';

/** "Mon–Fri 08:00–17:00, Sat 09:00–12:00; closed Sun". */
export function weekWords(week: Week): string {
  const runs: { first: Day; last: Day; words: string }[] = [];
  for (const day of days) {
    const words = spanWords(week[day]);
    const before = runs.at(-1);
    if (before?.words === words) before.last = day;
    else runs.push({ first: day, last: day, words });
  }
  const name = (run: { first: Day; last: Day }) =>
    run.first === run.last ? shortDay[run.first] : `${shortDay[run.first]}–${shortDay[run.last]}`;
  const open = runs.filter((run) => run.words !== 'closed');
  const closed = runs.filter((run) => run.words === 'closed');
  if (!open.length) return 'never open';
  const parts = open.map((run) => `${name(run)} ${run.words}`).join(', ');
  return closed.length ? `${parts}; closed ${closed.map(name).join(', ')}` : parts;
}

/** Hours for one more interval of a day: after those it has, or office hours. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  if (!last) return ['08:00', '17:00'];
  const end = minutesOf(last[1]);
  if (end === null || pastMidnight(last) || end >= 22 * 60) return ['', ''];
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')}`;
  return [clock(end + 60), clock(Math.min(end + 300, DAY_MINUTES))];
}

// What a report is about, as its address keeps it: a link shows the same report.
// Days are `2026-11-23`, on the city's calendar.

export const dimensions = ['unit', 'channel', 'topic', 'agent', 'hour', 'weekday', 'day'] as const;
export type By = (typeof dimensions)[number];

export const presets = ['7d', '30d', '90d', 'month', 'last-month', 'custom'] as const;
export type Preset = (typeof presets)[number];

/** Which way of counting time is shown. */
export type Counting = 'business' | 'calendar';

export interface Filters {
  preset: Preset;
  /** Only of a custom period. */
  start: string;
  end: string;
  by: By;
  unit: string;
  channel: string;
  topic: string;
  /** An agent's id, or nothing. */
  agent: string;
}

export interface Period {
  start: string;
  end: string;
}

export const MOST_DAYS = 400;

export const presetName: Record<Preset, string> = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  'last-month': 'Last month',
  custom: 'Other dates…',
};

export const byName: Record<By, string> = {
  unit: 'Unit',
  channel: 'Channel',
  topic: 'Topic',
  agent: 'Agent',
  hour: 'Hour of the day',
  weekday: 'Day of the week',
  day: 'Day',
};

const DAY_MS = 86_400_000;
const shape = /^\d{4}-\d\d-\d\d$/;

/** Midnight UTC of a day: only for counting days. NaN where there is no such day. */
function utc(day: string): number {
  const at = shape.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? Number.NaN : at;
}

export const addDays = (day: string, days: number): string =>
  new Date(utc(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Days from the first to the last, both included. */
export const daysIn = ({ start, end }: Period): number => (utc(end) - utc(start)) / DAY_MS + 1;

const oneOf = <T extends string>(asked: string | null, known: readonly T[], otherwise: T): T =>
  known.find((one) => one === asked) ?? otherwise;

export function fromSearch(search: string): Filters {
  const query = new URLSearchParams(search);
  const start = query.get('start') ?? '';
  const end = query.get('end') ?? '';
  const agent = query.get('agent') ?? '';
  return {
    preset: start || end ? 'custom' : oneOf(query.get('period'), presets, '30d'),
    start,
    end,
    by: oneOf(query.get('by'), dimensions, 'unit'),
    unit: query.get('unit') ?? '',
    channel: query.get('channel') ?? '',
    topic: query.get('topic') ?? '',
    agent: /^\d{1,15}$/.test(agent) ? agent : '',
  };
}

/** What the address says, `keep` aside: parameters of the page that are no filters. */
export function toSearch(filters: Filters, keep: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  if (filters.preset === 'custom') {
    query.set('start', filters.start);
    query.set('end', filters.end);
  } else if (filters.preset !== '30d') query.set('period', filters.preset);
  if (filters.by !== 'unit') query.set('by', filters.by);
  for (const name of ['unit', 'channel', 'topic', 'agent'] as const) {
    if (filters[name]) query.set(name, filters[name]);
  }
  for (const [name, value] of Object.entries(keep)) if (value) query.set(name, value);
  return query.size ? `?${query}` : '';
}

/** The days that a choice means on the day `today`. */
export function periodOf(filters: Filters, today: string): Period {
  switch (filters.preset) {
    case '7d':
    case '30d':
    case '90d':
      return { start: addDays(today, 1 - Number.parseInt(filters.preset, 10)), end: today };
    case 'month':
      return { start: `${today.slice(0, 7)}-01`, end: today };
    case 'last-month': {
      const end = addDays(`${today.slice(0, 7)}-01`, -1);
      return { start: `${end.slice(0, 7)}-01`, end };
    }
    case 'custom':
      return { start: filters.start, end: filters.end };
  }
}

/** Why these days are no period, at the field that is to change; null where they are one. */
export function problemWith(
  { start, end }: Period,
  today: string,
): { field: 'start' | 'end'; message: string } | null {
  if (Number.isNaN(utc(start))) return { field: 'start', message: 'Choose the first day.' };
  if (Number.isNaN(utc(end))) return { field: 'end', message: 'Choose the last day.' };
  if (start > today) return { field: 'start', message: 'This day is yet to come.' };
  if (end < start) return { field: 'end', message: 'The last day lies before the first.' };
  if (daysIn({ start, end }) > MOST_DAYS) {
    return { field: 'start', message: `A report spans at most ${MOST_DAYS} days.` };
  }
  return null;
}

/** The period of the same length that ended the day before. */
export function before({ start, end }: Period): Period {
  return { start: addDays(start, -daysIn({ start, end })), end: addDays(start, -1) };
}

/** What the server is asked. */
export function toQuery(filters: Filters, period: Period): URLSearchParams {
  const query = new URLSearchParams({ start: period.start, end: period.end, by: filters.by });
  if (filters.unit) query.set('unit', filters.unit);
  if (filters.channel) query.set('channel', filters.channel);
  if (filters.topic) query.set('topic', filters.topic);
  if (filters.agent) query.set('agent_id', filters.agent);
  return query;
}

// The groups of a report: what they are called, and their order.
import { channelName, words } from '../model/labels.ts';
import type { ReportRow } from './api.ts';
import type { By } from './filters.ts';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const dayFormat = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  month: 'short',
  day: 'numeric',
});
const longDay = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  year: 'numeric',
});

/** "Nov 23" */
export const shortDay = (day: string): string => dayFormat.format(Date.parse(`${day}T00:00:00Z`));
/** "Mon, Nov 23, 2026" */
export const fullDay = (day: string): string => longDay.format(Date.parse(`${day}T00:00:00Z`));

const hourName = (hour: number): string => {
  const clock = hour % 24;
  return `${clock % 12 === 0 ? 12 : clock % 12} ${clock < 12 ? 'AM' : 'PM'}`;
};

export const weekdayName = (key: string): string => weekdays[Number(key)] ?? key;
/** "9 AM" */
export const shortHour = (key: string): string => hourName(Number(key));

const none: Partial<Record<By, string>> = {
  topic: 'No topic',
  agent: 'Nobody',
  unit: 'No unit',
  channel: 'No channel',
};

/** What a group is called. The server's word counts for what it alone knows: units, agents. */
export function groupName(by: By, row: Pick<ReportRow, 'key' | 'label'>): string {
  if (row.key === '') return none[by] ?? 'None';
  switch (by) {
    case 'channel':
      return channelName(row.key);
    case 'topic':
      return words(row.key);
    case 'hour':
      return `${shortHour(row.key)} – ${hourName(Number(row.key) + 1)}`;
    case 'weekday':
      return weekdayName(row.key);
    case 'day':
      return fullDay(row.key);
    default:
      return row.label || row.key;
  }
}

/** Hours, weekdays and days have an order of their own; other groups go by how many came. */
export const inOrder = (by: By): boolean => by === 'hour' || by === 'weekday' || by === 'day';

export function ordered(by: By, rows: readonly ReportRow[]): ReportRow[] {
  if (inOrder(by)) return [...rows].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return [...rows].sort(
    (a, b) => b.created - a.created || groupName(by, a).localeCompare(groupName(by, b)),
  );
}

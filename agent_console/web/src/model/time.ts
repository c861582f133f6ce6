// Times as an agent reads them: countdowns, ages, and dates in the city's zone.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const pad = (value: number): string => String(value).padStart(2, '0');

/** A span: "4:05" under an hour, "3h 12m" under a day, then "2d 4h". `ms` may be negative. */
export function span(ms: number): string {
  const left = Math.abs(ms);
  if (left >= DAY) return `${Math.floor(left / DAY)}d ${Math.floor((left % DAY) / HOUR)}h`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)}h ${pad(Math.floor((left % HOUR) / MINUTE))}m`;
  return `${Math.floor(left / MINUTE)}:${pad(Math.floor((left % MINUTE) / SECOND))}`;
}

/** A span in words for a screen reader, to the minute: it is not to tick aloud. */
export function spanInWords(ms: number): string {
  const left = Math.abs(ms);
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  if (left >= DAY) return plural(Math.floor(left / DAY), 'day');
  if (left >= HOUR) return plural(Math.floor(left / HOUR), 'hour');
  if (left >= MINUTE) return plural(Math.floor(left / MINUTE), 'minute');
  return 'less than a minute';
}

/** An age: "now", "5m", "3h", "2d". */
export function age(ms: number): string {
  if (ms < MINUTE) return 'now';
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/** Seconds of a report: "42 s", "6 min", "1 h 20 min". */
export function seconds(value: number | null): string {
  if (value === null) return '–';
  if (value < 60) return `${Math.round(value)} s`;
  const minutes = Math.round(value / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** Dates and times in the city's zone, wherever the agent's machine believes it is. */
export class CityTime {
  #clock: Intl.DateTimeFormat;
  #day: Intl.DateTimeFormat;
  #dayOfYear: Intl.DateTimeFormat;
  #full: Intl.DateTimeFormat;
  #key: Intl.DateTimeFormat;
  #weekday: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-US', { timeZone, ...options });
    this.#clock = format({ hour: 'numeric', minute: '2-digit' });
    this.#day = format({ weekday: 'short', month: 'short', day: 'numeric' });
    this.#dayOfYear = format({ year: 'numeric', month: 'short', day: 'numeric' });
    this.#full = format({ dateStyle: 'medium', timeStyle: 'long' });
    this.#key = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
    this.#weekday = format({ weekday: 'short', hour: 'numeric', minute: '2-digit' });
  }

  /** "Tue, 2:05 PM": for a time within the coming week. */
  weekday = (iso: string): string => this.#weekday.format(new Date(iso));

  clock = (iso: string): string => this.#clock.format(new Date(iso));
  full = (iso: string): string => this.#full.format(new Date(iso));
  /** Equal for times of the same day in the city. */
  dayKey = (iso: string): string => this.#key.format(new Date(iso));

  day(iso: string, now: number): string {
    const at = new Date(iso);
    const key = this.#key.format(at);
    if (key === this.#key.format(now)) return 'Today';
    if (key === this.#key.format(now - DAY)) return 'Yesterday';
    if (key === this.#key.format(now + DAY)) return 'Tomorrow';
    return (Math.abs(now - at.getTime()) < 180 * DAY ? this.#day : this.#dayOfYear).format(at);
  }

  /** "3:05 PM" today, "Mon, Nov 16, 3:05 PM" on another day. */
  moment(iso: string, now: number): string {
    const day = this.day(iso, now);
    return day === 'Today' ? this.clock(iso) : `${day}, ${this.clock(iso)}`;
  }
}

/** The wall clock of `at` in `timeZone`, as if it were UTC. */
function wall(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
}

/** The moment at which clocks in `timeZone` show `hour`, `days` after the day of `now`. */
export function cityHour(now: number, timeZone: string, days: number, hour: number): Date {
  const today = new Date(wall(now, timeZone));
  const wanted = Date.UTC(
    today.getUTCFullYear(),
    today.getUTCMonth(),
    today.getUTCDate() + days,
    hour,
  );
  // Twice: the offset is that of the answer, which may lie past a change of the clocks.
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at = wanted - (wall(at, timeZone) - at);
  return new Date(at);
}

/** Days from `now` to the next Monday in `timeZone`: 1 to 7. */
export function daysToMonday(now: number, timeZone: string): number {
  return (8 - new Date(wall(now, timeZone)).getUTCDay()) % 7 || 7;
}

/** A moment as `<input type="datetime-local">` shows it, on the city's clock. */
export const toCityInput = (at: number, timeZone: string): string =>
  new Date(wall(at, timeZone)).toISOString().slice(0, 16);

/** What was typed into such a field, or null where it is no date. */
export function fromCityInput(value: string, timeZone: string): Date | null {
  const wanted = Date.parse(`${value}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) || Number.isNaN(wanted)) return null;
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at = wanted - (wall(at, timeZone) - at);
  return new Date(at);
}

/** A span as a sentence has it: "3 h 12 min", "2 days", "less than a minute". */
export function spanLong(ms: number): string {
  const left = Math.abs(ms);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h ${pad(Math.floor((left % HOUR) / MINUTE))} min`;
  if (left >= MINUTE) return `${Math.floor(left / MINUTE)} min`;
  return 'less than a minute';
}

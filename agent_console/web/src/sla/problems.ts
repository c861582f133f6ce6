// What the hub does not like about the draft, at the fields of the forms.
import type { FieldError } from './api.ts';
import { days } from './hours.ts';
import { conditionFields, metrics, type Rules } from './model.ts';

/** By the field that shows it. */
export type Problems = ReadonlyMap<string, readonly string[]>;

export const noProblems: Problems = new Map();

/** Every field that can show a problem of its own, in the order of the page. */
export function fieldsOf(rules: Rules): string[] {
  const fields: string[] = [];
  rules.policies.forEach((policy, index) => {
    const at = `policies.${index}`;
    fields.push(at, `${at}.name`);
    for (const condition of [...conditionFields, 'emergency']) {
      fields.push(`${at}.conditions.${condition}`);
    }
    for (const metric of metrics) fields.push(`${at}.${metric}`);
    fields.push(`${at}.calendar_time`, `${at}.calendar`, `${at}.warn_share`, `${at}.warn_before`);
    for (const moment of ['on_warning', 'on_breach'] as const) {
      fields.push(`${at}.${moment}`);
      policy[moment].forEach((_, action) => fields.push(`${at}.${moment}.${action}`));
    }
  });
  rules.calendars.forEach((calendar, index) => {
    const at = `calendars.${index}`;
    const hours = `${at}.definition`;
    fields.push(at, `${at}.name`, `${hours}.timezone`, `${hours}.always_open`);
    fields.push(`${hours}.weekly_hours`);
    for (const day of days) {
      fields.push(`${hours}.weekly_hours.${day}`);
      calendar.week[day].forEach((_, span) => fields.push(`${hours}.weekly_hours.${day}.${span}`));
    }
    fields.push(`${hours}.holiday_calendar`);
    fields.push(`${hours}.holiday_calendar.country`, `${hours}.holiday_calendar.subdivision`);
    fields.push(`${hours}.holidays`);
    calendar.closed.forEach((_, date) => fields.push(`${hours}.holidays.${date}`));
    fields.push(`${hours}.exceptions`);
    for (const { date, spans } of calendar.exceptions) {
      fields.push(`${hours}.exceptions.${date}`);
      spans.forEach((_, span) => fields.push(`${hours}.exceptions.${date}.${span}`));
    }
  });
  return fields;
}

/** The field that shows a problem told of `field`: itself, or the nearest around it. */
export function homeOf(field: string, fields: ReadonlySet<string>): string {
  let at = field;
  while (at && !fields.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.')));
  return at;
}

const sentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;

/** Under '' is what no field is to blame for. */
export function placed(errors: readonly FieldError[], rules: Rules): Problems {
  const fields = new Set(fieldsOf(rules));
  const found = new Map<string, string[]>();
  for (const error of errors) {
    const home = homeOf(error.field, fields);
    const said = sentence(home === '' && error.field ? `${error.field}: ${error.message}` : error.message);
    const others = found.get(home);
    if (!others) found.set(home, [said]);
    else if (!others.includes(said)) others.push(said);
  }
  return found;
}

/** What the hub cannot see, because the form would not even send it. */
export function ownProblems(rules: Rules): FieldError[] {
  const found: FieldError[] = [];
  rules.calendars.forEach((calendar, index) => {
    const at = `calendars.${index}.definition`;
    const seen = new Set<string>();
    for (const { date } of calendar.exceptions) {
      const field = `${at}.exceptions.${date}`;
      if (!date) found.push({ field, message: 'choose the day with other hours' });
      else if (seen.has(date)) found.push({ field, message: 'this day is in the list twice' });
      seen.add(date);
    }
    calendar.closed.forEach((date, place) => {
      const field = `${at}.holidays.${place}`;
      if (!date) found.push({ field, message: 'choose the closed day' });
      else if (calendar.closed.indexOf(date) !== place) {
        found.push({ field, message: 'this day is in the list twice' });
      }
    });
  });
  return found;
}

/** The first field of the page that has a problem; '' where only the whole has one. */
export function firstOf(problems: Problems, rules: Rules): string | null {
  if (!problems.size) return null;
  return fieldsOf(rules).find((field) => problems.has(field)) ?? '';
}

/** How many problems lie at `field` or within it. */
export function countWithin(problems: Problems, field: string): number {
  let count = 0;
  for (const [at, messages] of problems) {
    if (at === field || at.startsWith(`${field}.`)) count += messages.length;
  }
  return count;
}

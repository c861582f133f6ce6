// Policies, calendars and durations as people say them.
import { channelName, words as spoken } from '../model/labels.ts';
import type { ActionKind, SlaAction } from './api.ts';
import { weekWords } from './hours.ts';
import { type CalendarDraft, type Names, type PolicyDraft, takesAll } from './model.ts';

/** Seconds as "40 min", "1 h", "1 h 30 min", "18 h"; hours, because a day of work is no day. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  const parts = [
    minutes >= 60 ? `${Math.floor(minutes / 60).toLocaleString('en-US')} h` : '',
    minutes % 60 ? `${minutes % 60} min` : '',
    rest ? `${rest} s` : '',
  ].filter(Boolean);
  return parts.join(' ') || '0 min';
}

export function joined(items: readonly string[], word: 'or' | 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

const plain = (slug: string): string => spoken(slug).toLowerCase();

export const topicName = (slug: string): string => spoken(slug);

/** "Public messages through X or Facebook", "Emergencies", "Every message". */
export function whoWords(policy: PolicyDraft, names: Names): string {
  if (takesAll(policy)) return 'Every message';
  const kind =
    policy.visibility.length === 1
      ? `${policy.visibility[0] === 'public' ? 'Public' : 'Private'} `
      : '';
  let words = kind ? `${kind}messages` : 'Messages';
  if (policy.emergency === true) words = kind ? `${kind}emergencies` : 'Emergencies';
  const add = (lead: string, values: readonly string[]) => {
    if (values.length) words += ` ${lead} ${joined(values, 'or')}`;
  };
  add('through', policy.channel.map(channelName));
  add('for', policy.unit.map(names.unit));
  add('about', policy.topic.map((topic) => `“${topicName(topic)}”`));
  add('of priority', policy.priority.map(plain));
  if (policy.emergency === false) words += ' that are no emergency';
  return words;
}

const targetWords = {
  first_response: (time: string) => `a first answer within ${time}`,
  next_response: (time: string) => `further answers within ${time}`,
  resolution: (time: string) => `resolved within ${time}`,
} as const;

export function targetsWords(policy: PolicyDraft, names: Names): string {
  const parts = (['first_response', 'next_response', 'resolution'] as const)
    .filter((metric) => policy[metric] !== null)
    .map((metric) => targetWords[metric](duration(policy[metric] ?? 0)));
  if (!parts.length) return 'no targets, only measured';
  const hours = policy.calendar_time
    ? 'around the clock'
    : `in the hours of ${names.calendar(policy.calendar)}`;
  return `${joined(parts, 'and')}, ${hours}`;
}

export const notifyName: Record<string, string> = {
  assignee: 'the assignee',
  unit: 'the unit',
  supervisors: 'the supervisors',
};

export const actionName: Record<ActionKind, string> = {
  notify: 'Notify',
  raise_priority: 'Raise the priority',
  reassign: 'Reassign',
  move: 'Move to a unit',
};

const NOTIFIES = 'notifies ';

export function actionWords(action: SlaAction, names: Names): string {
  const target = action.target;
  switch (action.kind) {
    case 'notify':
      return `${NOTIFIES}${target === null ? 'nobody yet' : (notifyName[target] ?? names.agent(target))}`;
    case 'raise_priority':
      return 'raises the priority';
    case 'reassign':
      return target === null ? 'gives it back to its unit' : `assigns it to ${names.agent(target)}`;
    case 'move':
      return target === null ? 'moves it nowhere yet' : `moves it to ${names.unit(target)}`;
  }
}

/** Sentences' ends, those that begin with `verb` drawn together: "notifies the unit and Ava". */
export function listed(told: readonly string[], verb: string): string {
  const alike = told.filter((words) => words.startsWith(verb));
  const rest = told.filter((words) => !words.startsWith(verb));
  if (alike.length < 2) return joined(told, 'and');
  const whom = joined(
    alike.map((words) => words.slice(verb.length)),
    'and',
  );
  return joined([`${verb}${whom}`, ...rest], 'and');
}

export const actionsWords = (actions: readonly SlaAction[], names: Names): string =>
  listed(
    actions.map((action) => actionWords(action, names)),
    NOTIFIES,
  );

/** "at 75 % of the time", "30 min before", or null where nothing warns. */
export function warningMoment(policy: PolicyDraft): string | null {
  if (policy.warn_share !== null) return `at ${percent(policy.warn_share)} of the time`;
  if (policy.warn_before !== null) return `${duration(policy.warn_before)} before`;
  return null;
}

export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

function escalationWords(policy: PolicyDraft, names: Names): string {
  const told = (actions: readonly SlaAction[]) => actionsWords(actions, names);
  const moment = warningMoment(policy);
  const parts = [
    moment && policy.on_warning.length ? `${moment} it ${told(policy.on_warning)}` : '',
    moment && !policy.on_warning.length ? `${moment} it warns` : '',
    policy.on_breach.length ? `when missed it ${told(policy.on_breach)}` : '',
  ].filter(Boolean);
  if (!parts.length) return '';
  const words = parts.join('; ');
  return ` ${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** A policy as one reads it in the list. */
export function policySentence(policy: PolicyDraft, names: Names, first = false): string {
  const who = whoWords(policy, names);
  const whom = who === 'Every message' && !first ? 'Every message that none above takes' : who;
  return `${whom}: ${targetsWords(policy, names)}.${escalationWords(policy, names)}`;
}

export function calendarSentence(calendar: CalendarDraft): string {
  if (calendar.alwaysOpen) return 'Always open: every hour of every day counts.';
  const parts = [weekWords(calendar.week)];
  if (calendar.country) parts.push(`closed on the holidays of ${placeName(calendar)}`);
  const count = (number: number, one: string, many: string) =>
    number ? [`${number} ${number === 1 ? one : many}`] : [];
  parts.push(...count(calendar.closed.length, 'closed date of our own', 'closed dates of our own'));
  parts.push(...count(calendar.exceptions.length, 'day with other hours', 'days with other hours'));
  return `${parts.join('; ')}. ${calendar.timezone.replaceAll('_', ' ')}.`;
}

/** "Florida, United States" for US and FL where the words are known, else the codes. */
export function placeName(calendar: Pick<CalendarDraft, 'country' | 'subdivision'>): string {
  const code = (calendar.country ?? '').trim().toUpperCase();
  const part = calendar.subdivision.trim().toUpperCase();
  let country = code;
  try {
    country = new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
  } catch {
    // Not a code: as it was typed.
  }
  return part ? `${country} (${part})` : country;
}

export function ordinal(number: number): string {
  const tens = number % 100;
  const suffix =
    tens >= 11 && tens <= 13 ? 'th' : (({ 1: 'st', 2: 'nd', 3: 'rd' })[number % 10] ?? 'th');
  return `${number}${suffix}`;
}

/** "Thu, Nov 26, 2026" of "2026-11-26"; what is no date as it is. */
export function dateWords(iso: string): string {
  const at = new Date(`${iso}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(iso) || Number.isNaN(at.getTime())) return iso || 'no date';
  return at.toLocaleDateString('en-US', {
    timeZone: 'UTC',
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    year: 'numeric',
  });
}

// What changed between two sets of rules, in words.
import { channelName, words as spoken } from '../model/labels.ts';
import type { SlaAction } from './api.ts';
import { days, shortDay, spanWords } from './hours.ts';
import {
  type CalendarDraft,
  type ConditionField,
  conditionFields,
  type Names,
  type PolicyDraft,
  type Rules,
} from './model.ts';
import {
  actionsWords,
  dateWords,
  duration,
  joined,
  ordinal,
  placeName,
  topicName,
  warningMoment,
} from './words.ts';

const conditionName: Record<ConditionField, string> = {
  channel: 'channels',
  unit: 'units',
  priority: 'priorities',
  topic: 'topics',
  visibility: 'public or private',
};

function valueName(field: ConditionField, value: string, names: Names): string {
  if (field === 'channel') return channelName(value);
  if (field === 'unit') return names.unit(value);
  return field === 'topic' ? topicName(value) : spoken(value).toLowerCase();
}

/** Their counterparts: by number, else by name, for what was saved anew. */
function pairs<T extends { id: number | null; key: string; name: string }>(
  before: readonly T[],
  after: readonly T[],
): { kept: [T, T][]; added: T[]; removed: T[] } {
  const left = new Set(before);
  const kept: [T, T][] = [];
  const added: T[] = [];
  const take = (match: (one: T) => boolean): T | undefined => {
    const found = [...left].find(match);
    if (found) left.delete(found);
    return found;
  };
  const open: T[] = [];
  for (const item of after) {
    const found = item.id === null ? undefined : take((one) => one.id === item.id);
    if (found) kept.push([found, item]);
    else open.push(item);
  }
  for (const item of open) {
    const found = take((one) => one.name === item.name && (one.id === null || item.id === null));
    if (found) kept.push([found, item]);
    else added.push(item);
  }
  return { kept, added, removed: [...left] };
}

const anyOf = (values: readonly string[]): string => joined(values, 'or') || 'any';

function* policyChanges(
  before: PolicyDraft,
  after: PolicyDraft,
  wasCalled: Names,
  names: Names,
): Generator<string> {
  if (before.name !== after.name) yield `called “${before.name}” before`;
  for (const field of conditionFields) {
    const told = (policy: PolicyDraft, called: Names) =>
      anyOf(policy[field].map((value) => valueName(field, value, called)).sort());
    const [was, is] = [told(before, names), told(after, names)];
    if (was !== is) yield `${conditionName[field]}: ${was} → ${is}`;
  }
  const emergency = (policy: PolicyDraft) =>
    policy.emergency === null ? 'any' : policy.emergency ? 'only emergencies' : 'no emergencies';
  const time = (seconds: number | null) => (seconds === null ? 'none' : duration(seconds));
  const does = (actions: readonly SlaAction[]) =>
    actionsWords(actions, names) || 'does nothing';
  const counted = (policy: PolicyDraft, called: Names) =>
    policy.calendar_time ? 'around the clock' : called.calendar(policy.calendar);
  const lines: [string, string, string][] = [
    ['emergency', emergency(before), emergency(after)],
    ['first response', time(before.first_response), time(after.first_response)],
    ['next response', time(before.next_response), time(after.next_response)],
    ['resolution', time(before.resolution), time(after.resolution)],
    ['hours', counted(before, wasCalled), counted(after, names)],
    ['warning', warningMoment(before) ?? 'none', warningMoment(after) ?? 'none'],
    ['at the warning', does(before.on_warning), does(after.on_warning)],
    ['when missed', does(before.on_breach), does(after.on_breach)],
  ];
  for (const [what, was, is] of lines) if (was !== is) yield `${what}: ${was} → ${is}`;
}

function* calendarChanges(before: CalendarDraft, after: CalendarDraft): Generator<string> {
  if (before.name !== after.name) yield `called “${before.name}” before`;
  if (before.timezone !== after.timezone) yield `time zone: ${before.timezone} → ${after.timezone}`;
  if (before.alwaysOpen !== after.alwaysOpen) {
    yield after.alwaysOpen ? 'always open' : 'open in its hours only';
  }
  for (const day of days) {
    const [was, is] = [spanWords(before.week[day]), spanWords(after.week[day])];
    if (was !== is) yield `${shortDay[day]}: ${was} → ${is}`;
  }
  const place = (calendar: CalendarDraft) => (calendar.country ? placeName(calendar) : 'none');
  if (place(before) !== place(after)) yield `holidays: ${place(before)} → ${place(after)}`;
  for (const date of after.closed) {
    if (!before.closed.includes(date)) yield `closed on ${dateWords(date)}`;
  }
  for (const date of before.closed) {
    if (!after.closed.includes(date)) yield `not closed any more on ${dateWords(date)}`;
  }
  const had = new Map(before.exceptions.map(({ date, spans }) => [date, spanWords(spans)]));
  for (const { date, spans } of after.exceptions) {
    const was = had.get(date);
    had.delete(date);
    if (was !== spanWords(spans)) {
      yield `${dateWords(date)}: ${was === undefined ? '' : `${was} → `}${spanWords(spans)}`;
    }
  }
  for (const date of had.keys()) yield `usual hours again on ${dateWords(date)}`;
}

export interface Difference {
  /** “Social media”, the policy or calendar. */
  what: string;
  kind: 'policy' | 'calendar';
  /** 'added', 'removed', or what is different in it. */
  how: string[];
}

/** The items whose order among those kept is not what it was: the fewest that explain it. */
function displaced<T>(before: readonly T[], after: readonly T[]): Set<T> {
  // The longest run that kept its order stays; the rest was moved.
  const place = new Map(before.map((item, index) => [item, index]));
  const best: { length: number; previous: number }[] = [];
  let last = -1;
  after.forEach((item, index) => {
    const at = place.get(item) ?? -1;
    let entry = { length: 1, previous: -1 };
    for (let earlier = 0; earlier < index; earlier += 1) {
      const length = (best[earlier]?.length ?? 0) + 1;
      if ((place.get(after[earlier] as T) ?? -1) < at && length > entry.length) {
        entry = { length, previous: earlier };
      }
    }
    best.push(entry);
    if (last < 0 || entry.length > (best[last]?.length ?? 0)) last = index;
  });
  const stays = new Set<T>();
  for (let at = last; at >= 0; at = best[at]?.previous ?? -1) stays.add(after[at] as T);
  return new Set(after.filter((item) => !stays.has(item)));
}

/** What somebody did who turned `before` into `after`. */
export function differences(before: Rules, after: Rules, wasCalled: Names, names: Names): Difference[] {
  const found: Difference[] = [];
  const say = (kind: Difference['kind'], what: string, how: string[]) => {
    if (how.length) found.push({ kind, what, how });
  };
  const policies = pairs(before.policies, after.policies);
  const order = policies.kept
    .map(([was]) => was)
    .sort((a, b) => before.policies.indexOf(a) - before.policies.indexOf(b));
  const counterpart = new Map(policies.kept.map(([was, is]) => [is, was]));
  const now = after.policies.flatMap((policy) => counterpart.get(policy) ?? []);
  const shifted = displaced(order, now);
  after.policies.forEach((policy, index) => {
    const was = counterpart.get(policy);
    if (!was) {
      say('policy', policy.name, [`added as the ${ordinal(index + 1)}`]);
      return;
    }
    const how = [...policyChanges(was, policy, wasCalled, names)];
    if (shifted.has(was)) {
      how.unshift(
        `moved from ${ordinal(before.policies.indexOf(was) + 1)} to ${ordinal(index + 1)}`,
      );
    }
    say('policy', policy.name, how);
  });
  for (const policy of policies.removed) say('policy', policy.name, ['removed']);
  const calendars = pairs(before.calendars, after.calendars);
  for (const [was, is] of calendars.kept) say('calendar', is.name, [...calendarChanges(was, is)]);
  for (const calendar of calendars.added) say('calendar', calendar.name, ['added']);
  for (const calendar of calendars.removed) say('calendar', calendar.name, ['removed']);
  return found;
}

/** One line for a list: "“Social media”: first response: 1 h → 30 min". */
export const differenceWords = (difference: Difference): string =>
  `${difference.kind === 'calendar' ? 'Calendar ' : ''}“${difference.what}”: ${difference.how.join('; ')}`;

// The draft that the page edits: what the hub says, in the shape that forms need.
import type {
  CalendarView,
  Choices,
  ConditionsView,
  HoursDefinition,
  MetricName,
  PolicyView,
  RulesBody,
  SlaAction,
  Span,
} from './api.ts';
import { type Day, days, type Week } from './hours.ts';

export const metrics: readonly MetricName[] = ['first_response', 'next_response', 'resolution'];

export const metricName: Record<MetricName, string> = {
  first_response: 'First response',
  next_response: 'Next response',
  resolution: 'Resolution',
};

/** What a policy may ask, each a list of which none means any. */
export const conditionFields = ['channel', 'unit', 'priority', 'topic', 'visibility'] as const;
export type ConditionField = (typeof conditionFields)[number];

export interface DatedHours {
  date: string;
  spans: Span[];
}

export interface CalendarDraft {
  key: string;
  id: number | null;
  name: string;
  timezone: string;
  week: Week;
  /** The city's own closed dates. */
  closed: string[];
  exceptions: DatedHours[];
  /** Whose public holidays close it; null for nobody's. */
  country: string | null;
  subdivision: string;
  alwaysOpen: boolean;
}

export interface PolicyDraft extends Record<ConditionField, string[]> {
  /** Of this page alone: it stays when the policy is moved or renamed. */
  key: string;
  id: number | null;
  calendar: string;
  name: string;
  emergency: boolean | null;
  first_response: number | null;
  next_response: number | null;
  resolution: number | null;
  calendar_time: boolean;
  warn_share: number | null;
  warn_before: number | null;
  on_warning: SlaAction[];
  on_breach: SlaAction[];
}

export interface Rules {
  calendars: CalendarDraft[];
  policies: PolicyDraft[];
}

const noWeek = (): Week => Object.fromEntries(days.map((day) => [day, [] as Span[]])) as Week;

const span = (pair: readonly string[]): Span => [String(pair[0] ?? ''), String(pair[1] ?? '')];

function readCalendar(view: CalendarView): CalendarDraft {
  const { definition } = view;
  const week = noWeek();
  for (const day of days) week[day] = (definition.weekly_hours?.[day] ?? []).map(span);
  return {
    key: view.key,
    id: view.id,
    name: view.name,
    timezone: definition.timezone,
    week,
    closed: [...(definition.holidays ?? [])],
    exceptions: Object.entries(definition.exceptions ?? {}).map(([date, spans]) => ({
      date,
      spans: spans.map(span),
    })),
    country: definition.holiday_calendar?.country ?? null,
    subdivision: definition.holiday_calendar?.subdivision ?? '',
    alwaysOpen: definition.always_open ?? false,
  };
}

function writeCalendar(draft: CalendarDraft): CalendarView {
  const definition: HoursDefinition = {
    timezone: draft.timezone.trim(),
    weekly_hours: Object.fromEntries(
      days.filter((day) => draft.week[day].length).map((day) => [day, draft.week[day]]),
    ),
    holidays: draft.closed,
    always_open: draft.alwaysOpen,
  };
  if (draft.exceptions.length) {
    definition.exceptions = Object.fromEntries(
      draft.exceptions.map(({ date, spans }) => [date, spans]),
    );
  }
  if (draft.country !== null) {
    const country = draft.country.trim().toUpperCase();
    const subdivision = draft.subdivision.trim().toUpperCase();
    definition.holiday_calendar = subdivision ? { country, subdivision } : { country };
  }
  return { key: draft.key, id: draft.id, name: draft.name.trim(), definition };
}

function readPolicy(view: PolicyView, index: number): PolicyDraft {
  const asked = view.conditions;
  return {
    key: view.id === null ? `at-${index}` : `p${view.id}`,
    id: view.id,
    calendar: view.calendar,
    name: view.name,
    channel: [...(asked.channel ?? [])],
    unit: [...(asked.unit ?? [])],
    priority: [...(asked.priority ?? [])],
    topic: [...(asked.topic ?? [])],
    visibility: [...(asked.visibility ?? [])],
    emergency: asked.emergency ?? null,
    first_response: view.first_response,
    next_response: view.next_response,
    resolution: view.resolution,
    calendar_time: view.calendar_time,
    warn_share: view.warn_share,
    warn_before: view.warn_before,
    on_warning: view.on_warning.map(({ kind, target }) => ({ kind, target })),
    on_breach: view.on_breach.map(({ kind, target }) => ({ kind, target })),
  };
}

function writePolicy(draft: PolicyDraft): PolicyView {
  const conditions: ConditionsView = {};
  for (const field of conditionFields) {
    if (draft[field].length) conditions[field] = [...draft[field]].sort();
  }
  if (draft.emergency !== null) conditions.emergency = draft.emergency;
  return {
    id: draft.id,
    calendar: draft.calendar,
    name: draft.name.trim(),
    conditions,
    first_response: draft.first_response,
    next_response: draft.next_response,
    resolution: draft.resolution,
    warn_before: draft.warn_before,
    warn_share: draft.warn_share,
    calendar_time: draft.calendar_time,
    on_warning: draft.on_warning,
    on_breach: draft.on_breach,
  };
}

export const readRules = (body: RulesBody): Rules => ({
  calendars: body.calendars.map(readCalendar),
  policies: body.policies.map(readPolicy),
});

export const writeRules = (rules: Rules): RulesBody => ({
  calendars: rules.calendars.map(writeCalendar),
  policies: rules.policies.map(writePolicy),
});

/** They would be saved as the same. */
export const same = (a: Rules, b: Rules): boolean =>
  JSON.stringify(writeRules(a)) === JSON.stringify(writeRules(b));

/** `name`, or "name 2" and on, until nobody has it. */
export function freeName(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((one) => one.trim().toLowerCase()));
  if (!used.has(name.toLowerCase())) return name;
  let number = 2;
  while (used.has(`${name} ${number}`.toLowerCase())) number += 1;
  return `${name} ${number}`;
}

/** A key that nothing of the draft has. */
export function freeKey(rules: Rules): string {
  const used = new Set([...rules.calendars, ...rules.policies].map((one) => one.key));
  let number = 1;
  while (used.has(`new-${number}`)) number += 1;
  return `new-${number}`;
}

export function blankPolicy(rules: Rules): PolicyDraft {
  return {
    key: freeKey(rules),
    id: null,
    calendar: rules.calendars[0]?.key ?? '',
    name: freeName(
      'New policy',
      rules.policies.map((policy) => policy.name),
    ),
    channel: [],
    unit: [],
    priority: [],
    topic: [],
    visibility: [],
    emergency: null,
    first_response: 3_600,
    next_response: 3_600,
    resolution: null,
    calendar_time: false,
    warn_share: 0.75,
    warn_before: null,
    on_warning: [{ kind: 'notify', target: 'unit' }],
    on_breach: [{ kind: 'notify', target: 'supervisors' }],
  };
}

export function blankCalendar(rules: Rules, timezone: string): CalendarDraft {
  const week = noWeek();
  for (const day of days.slice(0, 5)) week[day as Day] = [['08:00', '17:00']];
  return {
    key: freeKey(rules),
    id: null,
    name: freeName(
      'New calendar',
      rules.calendars.map((calendar) => calendar.name),
    ),
    timezone,
    week,
    closed: [],
    exceptions: [],
    country: 'US',
    subdivision: 'FL',
    alwaysOpen: false,
  };
}

/** The list with its item at `from` at `to`. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  const [taken] = next.splice(from, 1);
  if (taken !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, taken);
  return next;
}

/** It takes every ticket that comes to it. */
export const takesAll = (policy: PolicyDraft): boolean =>
  policy.emergency === null && conditionFields.every((field) => policy[field].length === 0);

/** Where a new policy belongs: before the one that takes every ticket, which ends the list. */
export function placeForNew(rules: Rules): number {
  const at = rules.policies.findIndex(takesAll);
  return at < 0 ? rules.policies.length : at;
}

/** A copy of a policy, above it. */
export function copyPolicy(rules: Rules, key: string): { rules: Rules; key: string } {
  const at = rules.policies.findIndex((policy) => policy.key === key);
  const source = rules.policies[at];
  if (!source) return { rules, key };
  const copy: PolicyDraft = {
    ...source,
    key: freeKey(rules),
    id: null,
    name: freeName(
      `${source.name} (copy)`,
      rules.policies.map((policy) => policy.name),
    ),
  };
  const policies = [...rules.policies];
  // Above, so that it is reached once its conditions are narrower than its source's.
  policies.splice(at, 0, copy);
  return { rules: { ...rules, policies }, key: copy.key };
}

export function copyCalendar(rules: Rules, key: string): { rules: Rules; key: string } {
  const source = rules.calendars.find((calendar) => calendar.key === key);
  if (!source) return { rules, key };
  const copy: CalendarDraft = {
    ...source,
    key: freeKey(rules),
    id: null,
    name: freeName(
      `${source.name} (copy)`,
      rules.calendars.map((calendar) => calendar.name),
    ),
  };
  return { rules: { ...rules, calendars: [...rules.calendars, copy] }, key: copy.key };
}

/** Policies that count by a calendar. */
export const usersOf = (rules: Rules, calendarKey: string): PolicyDraft[] =>
  rules.policies.filter((policy) => policy.calendar === calendarKey && !policy.calendar_time);

/** Policies that name a calendar, also those that count around the clock and only keep it. */
export const namedBy = (rules: Rules, calendarKey: string): PolicyDraft[] =>
  rules.policies.filter((policy) => policy.calendar === calendarKey);

/**
 * Mine, to be saved over theirs: what they removed is new again under mine's words, because a
 * number that is no more cannot be saved to.
 */
export function rebased(mine: Rules, theirs: RulesBody): Rules {
  const calendars = new Set(theirs.calendars.map((calendar) => calendar.id));
  const policies = new Set(theirs.policies.map((policy) => policy.id));
  return {
    calendars: mine.calendars.map((one) => (calendars.has(one.id) ? one : { ...one, id: null })),
    policies: mine.policies.map((one) => (policies.has(one.id) ? one : { ...one, id: null })),
  };
}

/** The names that sentences use for slugs and addresses. */
export interface Names {
  unit: (slug: string) => string;
  agent: (email: string) => string;
  calendar: (key: string) => string;
}

export const namesOf = (rules: Rules, choices: Choices | null): Names => ({
  unit: (slug) => choices?.units.find((unit) => unit.slug === slug)?.name ?? slug,
  agent: (email) => choices?.agents.find((agent) => agent.email === email)?.name ?? email,
  calendar: (key) => rules.calendars.find((calendar) => calendar.key === key)?.name ?? key,
});

// Policies and calendars as /api/v1/sla says them, and the calls of this page.
import type { Recompute } from '../api.ts';
import { call } from '../http.ts';

const api = '/api/v1';

export type MetricName = 'first_response' | 'next_response' | 'resolution';
export type ActionKind = 'notify' | 'raise_priority' | 'reassign' | 'move';

export interface SlaAction {
  kind: ActionKind;
  target: string | null;
}

/** `["08:00", "17:00"]`; a close before its opening is on the next day. */
export type Span = [string, string];

/** A calendar as the hub keeps it. */
export interface HoursDefinition {
  timezone: string;
  weekly_hours?: Partial<Record<string, Span[]>>;
  holidays?: string[];
  exceptions?: Record<string, Span[]>;
  holiday_calendar?: { country: string; subdivision?: string | null } | null;
  always_open?: boolean;
}

export interface CalendarView {
  /** What policies name it by. */
  key: string;
  id: number | null;
  name: string;
  definition: HoursDefinition;
}

export interface ConditionsView {
  channel?: string[] | null;
  unit?: string[] | null;
  priority?: string[] | null;
  topic?: string[] | null;
  visibility?: string[] | null;
  emergency?: boolean | null;
}

export interface PolicyView {
  id: number | null;
  calendar: string;
  name: string;
  conditions: ConditionsView;
  /** Seconds, as all targets. */
  first_response: number | null;
  next_response: number | null;
  resolution: number | null;
  warn_before: number | null;
  warn_share: number | null;
  calendar_time: boolean;
  on_warning: SlaAction[];
  on_breach: SlaAction[];
}

export interface Choices {
  units: { slug: string; name: string }[];
  channels: string[];
  topics: string[];
  priorities: string[];
  visibilities: string[];
  agents: { email: string; name: string }[];
}

export interface RulesBody {
  calendars: CalendarView[];
  policies: PolicyView[];
}

export interface SlaView extends RulesBody {
  version: number;
  at: string;
  actor: string;
  recompute: Recompute | null;
  choices: Choices;
}

export interface SlaUpdate extends RulesBody {
  base_version: number;
  comment?: string;
}

export interface FieldError {
  field: string;
  message: string;
}

export interface TicketFacts {
  channel: string;
  unit: string;
  priority: string;
  topic: string | null;
  visibility: string;
  emergency: boolean;
}

export interface SlaPreview {
  policy: { index: number; name: string } | null;
  calendar: { key: string; name: string } | null;
  metrics: {
    metric: MetricName;
    target: number | null;
    due_at: string | null;
    warn_at: string | null;
  }[];
  sentence: string;
}

/** A saved version, as the list has it. */
export interface VersionLine {
  version: number;
  at: string;
  actor: string;
  comment: string;
  policies: number;
  calendars: number;
  recompute: Recompute | null;
}

export interface SavedRules extends RulesBody {
  version: number;
  at: string;
  actor: string;
  comment: string;
}

export interface Holiday {
  date: string;
  name: string;
}

export const loadRules = () => call<SlaView>(`${api}/sla`);
export const saveRules = (body: SlaUpdate) => call<SlaView>(`${api}/sla`, { method: 'PUT', body });
export const checkRules = (body: RulesBody, signal?: AbortSignal) =>
  call<{ errors: FieldError[] }>(`${api}/sla/check`, { method: 'POST', body, signal });
export const previewRules = (
  body: RulesBody & { at: string; facts: TicketFacts },
  signal?: AbortSignal,
) => call<SlaPreview>(`${api}/sla/preview`, { method: 'POST', body, signal });
export const loadVersions = () => call<{ items: VersionLine[] }>(`${api}/sla/versions`);
export const loadVersion = (version: number) => call<SavedRules>(`${api}/sla/versions/${version}`);
export const restoreVersion = (version: number, base_version: number) =>
  call<SlaView>(`${api}/sla/versions/${version}/restore`, {
    method: 'POST',
    body: { base_version },
  });
export const loadHolidays = (
  country: string,
  subdivision: string,
  year: number,
  signal?: AbortSignal,
) =>
  call<{ items: Holiday[] }>(`${api}/sla/holidays`, {
    query: { country, subdivision, year },
    signal,
  });

export interface TimelineEntry {
  at: string;
  kind: string;
  words: string;
  detail: Record<string, unknown> | null;
}

export interface TicketClock {
  id: number;
  metric: MetricName;
  /** The name of the policy that gave the target. */
  policy: string | null;
  target: number | null;
  calendar_time: boolean;
  started_at: string;
  due_at: string | null;
  met_at: string | null;
  /** Seconds that counted so far. */
  used: number;
  breached_at: string | null;
  warn_at: string | null;
  warned_at: string | null;
  ended: string | null;
  standing: string;
}

export interface ActionDone {
  kind: ActionKind;
  target: string | null;
  error: string | null;
}

export interface TicketTimeline {
  entries: TimelineEntry[];
  clocks: TicketClock[];
  breaches: { metric: MetricName; due_at: string; noticed_at: string }[];
  escalations: { clock_id: number; moment: 'warning' | 'breach'; at: string; done: ActionDone[] }[];
}

export const loadTimeline = (ticketId: number) =>
  call<TicketTimeline>(`${api}/tickets/${ticketId}/timeline`);

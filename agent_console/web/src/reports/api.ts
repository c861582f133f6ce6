// What /api/v1/reports and /api/v1/report-schedules say, field for field, and the calls to them.
import type { Problem, Ticket } from '../api.ts';
import { call, CallFailed } from '../http.ts';
import type { By } from './filters.ts';

export type Metric = 'first_response' | 'next_response' | 'resolution';

/** Seconds. Where `…_open`, the point lies among those that are not answered (or resolved). */
export interface Times {
  median: number | null;
  median_open: boolean;
  p90: number | null;
  p90_open: boolean;
}

export interface MetricFigures {
  within: number;
  late: number;
  overdue: number;
  unanswered: number;
  pending: number;
  answered_by_bot: number;
  no_reply_needed: number;
  decided: number;
  share_within: number | null;
  business: Times;
  calendar: Times;
}

export interface ReportRow {
  key: string;
  label: string;
  created: number;
  resolved: number;
  open: number;
  first_response: MetricFigures;
  next_response: MetricFigures;
  resolution: MetricFigures;
  with_bot: number;
  contained: number;
  reopened: number;
  first_contact: number;
  surveys_asked: number;
  surveys_answered: number;
  surveys_satisfied: number;
  survey_score: number | null;
}

export interface VolumeDay {
  day: string;
  created: number;
  resolved: number;
  backlog: number;
}

export interface TopicTrend {
  topic: string;
  created: number;
  before: number;
}

export interface Report {
  query: Record<string, unknown>;
  as_of: string;
  totals: ReportRow;
  before: ReportRow;
  rows: ReportRow[];
  volume: VolumeDay[];
  topics: TopicTrend[];
}

/** A ticket behind a figure, with its time in the figure's metric. */
export interface Behind {
  ticket: Ticket;
  seconds_business: number | null;
  seconds_calendar: number | null;
}

export interface BehindPage {
  items: Behind[];
  total: number;
  next_cursor: string | null;
}

export interface SurveyAnswer {
  ticket_id: number;
  score: number;
  comment: string | null;
  answered_at: string;
  unit: string;
  channel: string;
  agent_id: number | null;
  topic: string | null;
}

export type Format = 'csv' | 'xlsx' | 'pdf';
export type Frequency = 'daily' | 'weekly' | 'monthly';

export interface ScheduleFilters {
  by: By;
  unit?: string | null;
  channel?: string | null;
  topic?: string | null;
  agent_id?: number | null;
}

/** What a person decides about a schedule. */
export interface ScheduleBody {
  name: string;
  frequency: Frequency;
  /** Of the week (0 is Monday) or of the month (1 to 28). */
  day: number;
  hour: number;
  filters: ScheduleFilters;
  formats: Format[];
  recipients: string[];
  active: boolean;
}

export interface Schedule extends ScheduleBody {
  id: number;
  next_at: string | null;
  last_sent_at: string | null;
  last_error: string | null;
  created_by: string;
}

export interface Schedules {
  items: Schedule[];
  mail: { configured: boolean; from: string | null };
}

const api = '/api/v1';

export const loadReport = (query: URLSearchParams, signal: AbortSignal) =>
  call<Report>(`${api}/reports/service?${query}`, { signal });
export const loadBehind = (query: URLSearchParams, signal: AbortSignal) =>
  call<BehindPage>(`${api}/reports/tickets?${query}`, { signal });
export const loadSurveys = (query: URLSearchParams, signal: AbortSignal) =>
  call<{ items: SurveyAnswer[]; next_cursor: string | null }>(`${api}/reports/surveys?${query}`, {
    signal,
  });
/** The topics that inquiries can have, as the rules for service times offer them. */
export const loadTopics = async (): Promise<string[]> =>
  (await call<{ choices: { topics: string[] } }>(`${api}/sla`)).choices.topics;

export const loadSchedules = () => call<Schedules>(`${api}/report-schedules`);
export const addSchedule = (body: ScheduleBody) =>
  call<Schedule>(`${api}/report-schedules`, { method: 'POST', body });
export const changeSchedule = (id: number, body: Partial<ScheduleBody>) =>
  call<Schedule>(`${api}/report-schedules/${id}`, { method: 'PATCH', body });
export const removeSchedule = (id: number) =>
  call<void>(`${api}/report-schedules/${id}`, { method: 'DELETE' });
export const sendSchedule = (id: number) =>
  call<void>(`${api}/report-schedules/${id}/send`, { method: 'POST' });

const EXPORT_TIMEOUT_MS = 180_000;

export interface Download {
  name: string;
  content: Blob;
}

/** The file of a report. Raises CallFailed; an abort by `signal` is raised as it is. */
export async function exportReport(
  format: Format,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Download> {
  const asked = new URLSearchParams(query);
  asked.set('format', format);
  const timeout = AbortSignal.timeout(EXPORT_TIMEOUT_MS);
  try {
    const response = await fetch(`${api}/reports/export?${asked}`, {
      credentials: 'same-origin',
      signal: AbortSignal.any([signal, timeout]),
    });
    if (response.status === 401) location.assign('/console/sign-in');
    if (!response.ok) {
      const problem = (await response.json().catch(() => null)) as Problem | null;
      const words = problem?.errors?.map((error) => error.message).join('; ');
      throw new CallFailed(
        response.status,
        words || problem?.detail || problem?.title || `The hub answered ${response.status}.`,
        problem,
      );
    }
    const said = /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '');
    return {
      name: said?.[1] ?? `report-${asked.get('start')}-${asked.get('end')}.${format}`,
      content: await response.blob(),
    };
  } catch (error) {
    if (error instanceof CallFailed || signal.aborted) throw error;
    throw new CallFailed(
      0,
      timeout.aborted ? 'The hub did not finish the file in time.' : 'The hub could not be reached.',
    );
  }
}

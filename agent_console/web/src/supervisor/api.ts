// The live report, word for word, and what a supervisor does from it.
import type { ChannelKind, Presence, Ticket } from '../api.ts';
import { call } from '../http.ts';

export interface Load {
  /** In people's hands. */
  open: number;
  /** Of these, those whose customer waits for an answer. */
  waiting: number;
  /** Within the hour. */
  due_soon: number;
  breached: number;
  unassigned: number;
  oldest_waiting_at: string | null;
  next_due_at: string | null;
  median_first_response_seconds: number | null;
}

export type UnitLoad = Load & { unit: string };
export type ChannelLoad = Load & { channel: ChannelKind };

export interface AgentLoad {
  id: number;
  name: string;
  presence: Presence;
  open: number;
  capacity: number;
  waiting: number;
  overdue: number;
}

export interface TrendPoint {
  /** Where the quarter of an hour begins; the last is under way. */
  at: string;
  arrived: number;
  answered: number;
  resolved: number;
  breached: number;
  waiting: number;
}

export interface Notice {
  id: number;
  at: string;
  kind: string;
  severity: 'info' | 'warning' | 'critical';
  audience: 'agent' | 'unit' | 'supervisors';
  agent_id: number | null;
  unit: string | null;
  ticket_id: number | null;
  incident_id: number | null;
  text: string;
  author: string | null;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

export interface IncidentLine {
  id: number;
  state: 'suspected' | 'open';
  title: string;
  tickets: number;
  waiting: number;
  created_at: string;
  opened_at: string | null;
}

export interface LiveReport {
  at: string;
  /** The unit it is about; null for all. */
  unit: string | null;
  totals: Load & { waiting_bot: number; resolved_today: number };
  by_unit: UnitLoad[];
  by_channel: ChannelLoad[];
  agents: AgentLoad[];
  bot: { answered_today: number; handed_over_today: number };
  trends: { minutes: number; points: TrendPoint[] };
  at_risk: Ticket[];
  notices: Notice[];
  incidents: IncidentLine[];
}

export const loadLive = (unit: string | null): Promise<LiveReport> =>
  call<LiveReport>('/api/v1/reports/live', { query: { unit } });

export const acknowledge = (id: number): Promise<Notice> =>
  call<Notice>(`/api/v1/notices/${id}/acknowledge`, { method: 'POST' });

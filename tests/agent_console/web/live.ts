// An invented live report for the tests of the wallboard's and the supervisor's models.
import type {
  AgentLoad,
  LiveReport,
  Load,
  Notice,
  TrendPoint,
} from '../../../agent_console/web/src/supervisor/api.ts';
import { at } from './tickets.ts';

export const load = (change: Partial<Load> = {}): Load => ({
  open: 0,
  waiting: 0,
  due_soon: 0,
  breached: 0,
  unassigned: 0,
  oldest_waiting_at: null,
  next_due_at: null,
  median_first_response_seconds: null,
  ...change,
});

export const agent = (id: number, change: Partial<AgentLoad> = {}): AgentLoad => ({
  id,
  name: `Agent ${id}`,
  presence: 'online',
  open: 0,
  capacity: 8,
  waiting: 0,
  overdue: 0,
  ...change,
});

export const notice = (id: number, change: Partial<Notice> = {}): Notice => ({
  id,
  at: at(-id),
  kind: 'sla_breach',
  severity: 'warning',
  audience: 'supervisors',
  agent_id: null,
  unit: null,
  ticket_id: null,
  incident_id: null,
  text: `Notice ${id}`,
  author: null,
  acknowledged_at: null,
  acknowledged_by: null,
  ...change,
});

export const point = (minutes: number, change: Partial<TrendPoint> = {}): TrendPoint => ({
  at: at(minutes),
  arrived: 0,
  answered: 0,
  resolved: 0,
  breached: 0,
  waiting: 0,
  ...change,
});

export function report(change: Partial<Load> = {}, more: Partial<LiveReport> = {}): LiveReport {
  return {
    at: at(0),
    unit: null,
    totals: { ...load(change), waiting_bot: 0, resolved_today: 0 },
    by_unit: [],
    by_channel: [],
    agents: [],
    bot: { answered_today: 0, handed_over_today: 0 },
    trends: { minutes: 15, points: [] },
    at_risk: [],
    notices: [],
    incidents: [],
    ...more,
  };
}

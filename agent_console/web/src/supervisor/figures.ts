// What the pages make of the live report's figures: order, sums, and words for the charts.
import type { Account, Part, PartState } from '../api.ts';
import { isAccount } from '../model/accounts.ts';
import type { AgentLoad, ChannelLoad, LiveReport, Load, Notice, TrendPoint } from './api.ts';

/** The most troubled first. */
export function byTrouble<Row extends Load>(rows: readonly Row[], name: (row: Row) => string): Row[] {
  return [...rows].sort(
    (a, b) =>
      b.breached - a.breached ||
      b.due_soon - a.due_soon ||
      b.waiting - a.waiting ||
      b.open - a.open ||
      name(a).localeCompare(name(b)),
  );
}

/** As many rows as fit; where some are left out, one line less, for what they come to. */
export function fitting<Row>(rows: readonly Row[], room: number): { shown: Row[]; rest: Row[] } {
  const lines = Math.max(1, room);
  if (rows.length <= lines) return { shown: [...rows], rest: [] };
  return { shown: rows.slice(0, lines - 1), rest: rows.slice(lines - 1) };
}

const presenceRank = { online: 0, away: 1, offline: 2 } as const;

/** How full a desk is: 1 is all it can take. */
export const fullness = (agent: Pick<AgentLoad, 'open' | 'capacity'>): number =>
  agent.capacity > 0 ? agent.open / agent.capacity : agent.open > 0 ? 1 : 0;

/** Who is at work first, the fullest desk on top. */
export const byLoad = (agents: readonly AgentLoad[]): AgentLoad[] =>
  [...agents].sort(
    (a, b) =>
      presenceRank[a.presence] - presenceRank[b.presence] ||
      fullness(b) - fullness(a) ||
      b.open - a.open ||
      a.name.localeCompare(b.name),
  );

export interface Crew {
  online: number;
  away: number;
  offline: number;
  /** Of those on line. */
  open: number;
  capacity: number;
}

export function crew(agents: readonly AgentLoad[]): Crew {
  const sum = { online: 0, away: 0, offline: 0, open: 0, capacity: 0 };
  for (const agent of agents) {
    sum[agent.presence] += 1;
    if (agent.presence === 'online') {
      sum.open += agent.open;
      sum.capacity += agent.capacity;
    }
  }
  return sum;
}

/** Per cent of today's conversations that the bot answered alone; null without any. */
export function botShare(bot: LiveReport['bot']): number | null {
  const total = bot.answered_today + bot.handed_over_today;
  return total ? Math.round((bot.answered_today / total) * 100) : null;
}

/** What was told to several audiences, as one alert. */
export interface Alert {
  notice: Notice;
  /** Critical, and somebody is yet to say that it was seen: these of its notices. */
  unseen: number[];
}

/** Newest first, with the critical ones that nobody has acknowledged on top. */
export function feed(notices: readonly Notice[]): Alert[] {
  const alerts = new Map<string, Alert>();
  for (const notice of [...notices].sort((a, b) => b.id - a.id)) {
    const key = [notice.kind, notice.ticket_id, notice.incident_id, notice.text].join('|');
    const alert = alerts.get(key) ?? { notice, unseen: [] };
    if (notice.severity === 'critical' && notice.acknowledged_at === null) alert.unseen.push(notice.id);
    alerts.set(key, alert);
  }
  // Sorting keeps the order of what is equal: newest first.
  return [...alerts.values()].sort(
    (a, b) => Number(b.unseen.length > 0) - Number(a.unseen.length > 0),
  );
}

export interface ChannelLine {
  channel: string;
  load: ChannelLoad | null;
  state: PartState;
  detail: string | null;
}

const worse: Record<PartState, number> = { up: 0, starting: 1, degraded: 2, down: 3 };

/** Every channel that is in use or has tickets, with how its accounts fare. */
export function channelLines(
  loads: readonly ChannelLoad[],
  accounts: readonly Pick<Account, 'kind' | 'slug' | 'enabled' | 'stopped'>[],
  parts: readonly Part[],
): ChannelLine[] {
  const kinds = new Set(loads.map((load) => load.channel));
  for (const account of accounts) if (account.enabled) kinds.add(account.kind);
  return [...kinds].sort().map((channel) => {
    let state: PartState = 'up';
    let detail: string | null = null;
    const take = (found: PartState, words: string | null) => {
      if (worse[found] > worse[state]) [state, detail] = [found, words];
    };
    for (const part of parts) {
      if (isAccount(part) && part.name.startsWith(`${channel}/`)) take(part.state, part.detail);
    }
    for (const account of accounts) {
      if (account.kind === channel && account.enabled && account.stopped) take('down', null);
    }
    return { channel, load: loads.find((load) => load.channel === channel) ?? null, state, detail };
  });
}

export type Trend = 'arrived' | 'answered' | 'resolved' | 'breached' | 'waiting';

export const trendName: Record<Trend, string> = {
  waiting: 'Waiting',
  arrived: 'Arrived',
  answered: 'Answered',
  resolved: 'Resolved',
  breached: 'Breached',
};

export const series = (points: readonly TrendPoint[], trend: Trend): number[] =>
  points.map((point) => point[trend]);

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** How many hours the points are of: 8. */
export const hoursOf = (trends: LiveReport['trends']): number =>
  Math.round((trends.points.length * trends.minutes) / 60);

/** A chart in a sentence, for whoever does not see it. */
export function trendWords(trends: LiveReport['trends'], trend: Trend): string {
  const values = series(trends.points, trend);
  if (!values.length) return `${trendName[trend]}: nothing known yet.`;
  const span = `the last ${hoursOf(trends)} hours`;
  if (trend === 'waiting') {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return `Customers waiting over ${span}: between ${least} and ${most}, now ${values.at(-1)}.`;
  }
  const most = Math.max(...values);
  const peak = most ? `, at most ${most} in ${trends.minutes} minutes` : '';
  return `${trendName[trend]} over ${span}: ${sum(values)}${peak}.`;
}

export const totalOf = (trends: LiveReport['trends'], trend: Trend): number =>
  sum(series(trends.points, trend));

export interface Area {
  line: string;
  area: string;
  last: { x: number; y: number };
}

/** A line over `width` by `height` with zero at the bottom; `most` fits at the top. */
export function areaOf(values: readonly number[], width: number, height: number, most: number): Area {
  const top = Math.max(1, most);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const round = (value: number) => Math.round(value * 100) / 100;
  const at = values.map((value, index) => ({
    x: round(index * step),
    y: round(height - (value / top) * height),
  }));
  const line = at.map(({ x, y }, index) => `${index ? 'L' : 'M'}${x} ${y}`).join('');
  const last = at.at(-1) ?? { x: 0, y: height };
  return { line, area: line ? `${line}L${last.x} ${height}L0 ${height}Z` : '', last };
}

/** What several rows come to. */
export const sumLoads = (rows: readonly Load[]) => ({
  open: sum(rows.map((row) => row.open)),
  waiting: sum(rows.map((row) => row.waiting)),
  due_soon: sum(rows.map((row) => row.due_soon)),
  breached: sum(rows.map((row) => row.breached)),
});

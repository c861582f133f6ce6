// How the desk stands in one word, and why: the same on the wall and on the supervisor's page.
import type { LiveReport } from './api.ts';
import { feed } from './figures.ts';

export type Mood = 'calm' | 'tense' | 'fire';

export const moodWord: Record<Mood, string> = {
  calm: 'Calm',
  tense: 'Tense',
  fire: 'On fire',
};

export interface Standing {
  mood: Mood;
  /** The most pressing first. */
  reasons: string[];
}

const NEXT_DUE_MS = 10 * 60_000;
const BREACHED_FIRE = 3;
const SHARE_FIRE = 0.1;
const SHARE_DUE_TENSE = 0.25;

const count = (many: number, one: string, several = `${one}s`): string =>
  `${many} ${many === 1 ? one : several}`;

/**
 * On fire: a critical alert nobody has acknowledged, or targets missed on three tickets and on a
 * tenth of what is open. Tense: any missed target, an incident, a channel that is down, a target
 * due within ten minutes, or a quarter of what is open due within the hour.
 */
export function standing(
  report: Pick<LiveReport, 'totals' | 'notices' | 'incidents'>,
  downChannels: readonly string[],
  now: number,
): Standing {
  const { totals } = report;
  const fire: string[] = [];
  const tense: string[] = [];
  const critical = feed(report.notices).filter((alert) => alert.unseen.length > 0);
  if (critical.length) fire.push(count(critical.length, 'critical alert'));
  if (totals.breached) {
    const many = totals.breached >= BREACHED_FIRE && totals.breached >= totals.open * SHARE_FIRE;
    (many ? fire : tense).push(`${count(totals.breached, 'ticket')} past target`);
  }
  const open = report.incidents.filter((incident) => incident.state === 'open').length;
  const suspected = report.incidents.length - open;
  if (open) tense.push(count(open, 'open incident'));
  if (suspected) tense.push(`${count(suspected, 'incident')} suspected`);
  for (const name of downChannels) tense.push(`${name} is down`);
  const left = totals.next_due_at === null ? null : Date.parse(totals.next_due_at) - now;
  if (totals.due_soon > 1 && totals.due_soon >= totals.open * SHARE_DUE_TENSE) {
    tense.push(`${totals.due_soon} due within the hour`);
  } else if (left !== null && left <= NEXT_DUE_MS) {
    tense.push('next target due within 10 minutes');
  }
  if (fire.length) return { mood: 'fire', reasons: [...fire, ...tense] };
  if (tense.length) return { mood: 'tense', reasons: tense };
  return { mood: 'calm', reasons: [totals.open ? 'all within target' : 'nothing open'] };
}

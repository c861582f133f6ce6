// Incidents in words and in order, and whom an answer would reach.
import type { Ticket } from '../api.ts';
import { channelName, words } from '../model/labels.ts';
import type { Evidence, Incident, IncidentAnswer, IncidentState } from './api.ts';

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

export const stateName: Record<IncidentState, string> = {
  suspected: 'Suspected',
  open: 'Open',
  closed: 'Closed',
  dismissed: 'Dismissed',
};

/** "14 customers in 30 minutes, 1.2 expected"; null where nobody counted. */
export function evidenceWords(evidence: Evidence): string | null {
  const { seen, expected, minutes } = evidence;
  if (seen === undefined || minutes === undefined) return null;
  const span = minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
  const usual =
    expected === undefined
      ? ''
      : expected < 0.05
        ? ', hardly any expected'
        : `, ${Number(expected.toFixed(1))} expected`;
  return `${plural(seen, 'customer')} in ${span}${usual}`;
}

/** What an inquiry must be to match: "Power outage, says “killearn” or “estates”, in Utilities". */
export function ruleWords(
  rule: Pick<Incident, 'topic' | 'terms' | 'unit'>,
  unitName: (slug: string) => string,
): string | null {
  const said = rule.terms.map((term) => `“${term}”`);
  const parts = [
    ...(rule.topic === null ? [] : [`is about “${words(rule.topic)}”`]),
    ...(said.length === 0
      ? []
      : [`says ${said.length === 1 ? said[0] : `${said.slice(0, -1).join(', ')} or ${said.at(-1)}`}`]),
  ];
  if (!parts.length) return null;
  if (rule.unit !== null) parts.push(`is for ${unitName(rule.unit)}`);
  return `An inquiry matches that ${parts.join(' and ')}.`;
}

export interface Groups {
  suspected: Incident[];
  open: Incident[];
  ended: Incident[];
}

/** By state: what waits most first among the open ones, else the newest. */
export function grouped(incidents: Iterable<Incident>): Groups {
  const groups: Groups = { suspected: [], open: [], ended: [] };
  for (const incident of incidents) {
    const state = incident.state;
    groups[state === 'suspected' || state === 'open' ? state : 'ended'].push(incident);
  }
  const newest = (a: Incident, b: Incident) => b.id - a.id;
  groups.suspected.sort(newest);
  groups.open.sort((a, b) => b.waiting - a.waiting || newest(a, b));
  groups.ended.sort(
    (a, b) => (b.closed_at ?? b.created_at).localeCompare(a.closed_at ?? a.created_at) || newest(a, b),
  );
  return groups;
}

/** An incident held, or one that came: no older version, and no older progress, replaces a newer. */
export function newer(held: Incident | undefined, came: Incident): boolean {
  if (held === undefined || came.version > held.version) return true;
  return came.version === held.version && progressed(came) >= progressed(held);
}

const progressed = (incident: Incident): number =>
  incident.answers.reduce((sum, answer) => sum + 1 + answer.done + answer.refused, 0);

const isOpen = (ticket: Ticket): boolean =>
  ticket.status !== 'resolved' && ticket.merged_into_id === null;

export const isWaiting = (ticket: Ticket): boolean =>
  isOpen(ticket) && ticket.waiting_since !== null;

/** Waiting ones first, longest first; then the other open ones; resolved ones last. */
export function inOrder(tickets: Iterable<Ticket>): Ticket[] {
  const rank = (ticket: Ticket) => (isWaiting(ticket) ? 0 : isOpen(ticket) ? 1 : 2);
  return [...tickets].sort((a, b) => {
    const by = rank(a) - rank(b);
    if (by) return by;
    if (rank(a) === 0) {
      return (a.waiting_since ?? '').localeCompare(b.waiting_since ?? '') || a.id - b.id;
    }
    return b.last_message_at.localeCompare(a.last_message_at) || b.id - a.id;
  });
}

/** The incident's tickets: those read, as the replica has them now, and those attached since. */
export function members(
  incidentId: number,
  read: readonly Ticket[],
  held: ReadonlyMap<number, Ticket>,
): Ticket[] {
  const found = new Map<number, Ticket>();
  for (const ticket of read) {
    const now = held.get(ticket.id);
    found.set(ticket.id, now && now.version >= ticket.version ? now : ticket);
  }
  for (const ticket of held.values()) {
    if (ticket.incident_id === incidentId) found.set(ticket.id, found.get(ticket.id) ?? ticket);
  }
  return inOrder([...found.values()].filter((ticket) => ticket.incident_id === incidentId));
}

export interface Reach {
  /** Tickets that an answer goes to. */
  total: number;
  /** Of these, those whose channel takes no reply from here. */
  mute: number;
  /** "5 on X, in public", most first. */
  lines: { name: string; count: number; mute: boolean }[];
}

/** Whom an answer to every open ticket would reach, and how. */
export function reach(tickets: readonly Ticket[]): Reach {
  const open = tickets.filter(isOpen);
  const counted = new Map<string, { name: string; count: number; mute: boolean }>();
  for (const ticket of open) {
    const mute = !ticket.can_reply;
    const where = `${channelName(ticket.channel)}${ticket.visibility === 'public' ? ', in public' : ''}`;
    const key = `${where} ${mute}`;
    const line = counted.get(key) ?? { name: where, count: 0, mute };
    line.count += 1;
    counted.set(key, line);
  }
  const lines = [...counted.values()].sort(
    (a, b) => Number(a.mute) - Number(b.mute) || b.count - a.count || a.name.localeCompare(b.name),
  );
  return {
    total: open.length,
    mute: open.filter((ticket) => !ticket.can_reply).length,
    lines,
  };
}

export interface Progress {
  share: number;
  finished: boolean;
  words: string;
}

/** How far an answer has come: "12 of 20 answered, 1 are left for people". */
export function progress(answer: IncidentAnswer): Progress {
  const gone = answer.done + answer.refused;
  const finished = gone >= answer.total;
  const refused = answer.refused
    ? `, ${answer.refused} are left for people`
    : '';
  return {
    share: answer.total === 0 ? 1 : Math.min(1, gone / answer.total),
    finished,
    words:
      answer.total === 0
        ? 'No ticket was open'
        : `${answer.done} of ${plural(answer.total, 'ticket')} answered${refused}`,
  };
}

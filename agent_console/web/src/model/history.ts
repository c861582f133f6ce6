// The audit trail as sentences.
import type { HistoryEntry, Priority, TicketStatus } from '../api.ts';
import { priorityName, statusName, words } from './labels.ts';

/** Names for the ids and slugs in the trail. */
export interface Names {
  agent: (id: number) => string;
  unit: (slug: string) => string;
}

export interface Told {
  who: string;
  what: string;
}

type Detail = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const phrases: Record<string, (detail: Detail, names: Names) => string> = {
  entered: (detail) => `entered it (${text(detail['channel'])})`,
  reply: () => 'replied',
  note: () => 'wrote a private note',
  retry: () => 'sent a reply again',
  'not delivered': (detail) => `could not deliver a reply: ${text(detail['reason'])}`,
  assign: (detail, names) => {
    const to = detail['agent_id'];
    if (typeof to !== 'number') return 'gave it back to the unit';
    return `assigned it to ${names.agent(to)}${detail['by'] ? ` (${text(detail['by'])})` : ''}`;
  },
  transfer: (detail, names) =>
    `moved it from ${names.unit(text(detail['before']))} to ${names.unit(text(detail['unit']))}`,
  status: (detail) => {
    const status = statusName[detail['status'] as TicketStatus] ?? text(detail['status']);
    const reason = text(detail['reason']);
    return `set it to “${status}”${reason ? `: ${words(reason).toLowerCase()}` : ''}`;
  },
  priority: (detail) =>
    `set the priority to ${(priorityName[detail['priority'] as Priority] ?? text(detail['priority'])).toLowerCase()}`,
  topic: (detail) =>
    detail['topic'] ? `set the topic to “${words(text(detail['topic']))}”` : 'took the topic away',
  subject: () => 'changed the subject',
  tags: (detail) => {
    const tags = Array.isArray(detail['tags']) ? detail['tags'].map(String) : [];
    return tags.length ? `set the tags to ${tags.join(', ')}` : 'took the tags away';
  },
  'bot answered': (detail) => {
    const articles = Array.isArray(detail['articles']) ? detail['articles'].map(String) : [];
    return articles.length ? `answered with “${articles.map(words).join('”, “')}”` : 'answered';
  },
  'bot asked back': () => 'asked what was meant',
  'hand off': (detail) =>
    `handed it to people: ${words(text(detail['reason'])).toLowerCase() || 'no reason given'}`,
  'logged reply': () => 'entered an answer that was given elsewhere',
  settled: (detail) =>
    detail['sent'] ? 'saw that a reply had arrived' : 'saw that a reply had not arrived',
  'revisions read': () => 'looked at earlier versions of a message',
  merge: (detail) => `merged it into #${String(detail['into'])}`,
  merged: (detail) => `merged #${String(detail['ticket_id'])} into it`,
  unmerge: (detail) => `took it out of #${String(detail['was_in'])} again`,
  unmerged: (detail) => `took #${String(detail['ticket_id'])} out of it again`,
  breach: (detail) => `${words(text(detail['metric']))} is past its target`,
};

/** "agent:3:Ava Reyes" and "bot:Assistant" name their last part. */
export const actor = (name: string): string => name.replace(/^[a-z]+:(\d+:)?/, '') || name;

export function tell(entry: HistoryEntry, names: Names): Told {
  const detail: Detail = typeof entry.detail === 'object' && entry.detail ? entry.detail : {};
  const phrase = phrases[entry.action];
  if (phrase) return { who: actor(entry.actor), what: phrase(detail, names) };
  const rest =
    typeof entry.detail === 'string'
      ? entry.detail
      : Object.entries(detail)
          .map(([key, value]) => `${words(key)}: ${String(value)}`)
          .join(', ');
  const action = entry.action.replaceAll(/[._]/g, ' ');
  return { who: actor(entry.actor), what: rest ? `${action} (${rest})` : action };
}

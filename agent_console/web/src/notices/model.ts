// The bell's notices: pages and events in any order, how many are new, and what they say.
import type { Message } from '../api.ts';
import type { Notice, NoticePage, Severity } from './api.ts';

export interface Held {
  /** Newest first. */
  items: readonly Notice[];
  unseen: number;
  /** Where older ones go on; null at the end. */
  cursor: string | null;
}

export const nothing: Held = { items: [], unseen: 0, cursor: null };

function merged(held: readonly Notice[], more: readonly Notice[]): Notice[] {
  const found = new Map(held.map((notice) => [notice.id, notice]));
  for (const notice of more) {
    const known = found.get(notice.id);
    // Nothing of a notice changes but that it is acknowledged, once.
    if (!known?.acknowledged_at) found.set(notice.id, notice);
  }
  return [...found.values()].sort((a, b) => b.id - a.id);
}

/** The first page, read anew; what came by event after it was read is counted on top. */
export function takeFirst(held: Held, page: NoticePage): Held {
  const newest = page.items[0]?.id ?? 0;
  const since = held.items.filter((notice) => notice.id > newest).length;
  const items = merged(held.items, page.items);
  const oldest = page.items.at(-1)?.id ?? 0;
  // What was held and does not reach down to the page leaves a gap: older ones are read again.
  const joined = held.items.some((notice) => notice.id >= oldest && notice.id <= newest);
  return joined
    ? { items, unseen: page.unseen + since, cursor: held.cursor ?? page.next_cursor }
    : {
        items: items.filter((notice) => notice.id >= oldest),
        unseen: page.unseen + since,
        cursor: page.next_cursor,
      };
}

/** A page of older ones. */
export const takeOlder = (held: Held, page: NoticePage): Held => ({
  ...held,
  items: merged(held.items, page.items),
  cursor: page.next_cursor,
});

/** One that came by event. `open`: the list is before their eyes, and nothing in it is new. */
export function takeEvent(held: Held, notice: Notice, isNew: boolean, open = false): Held {
  const known = held.items.some((item) => item.id === notice.id);
  // An old one acknowledged elsewhere: it is further down than what is held.
  const oldest = held.items.at(-1)?.id ?? 0;
  if (!isNew && !known && notice.id < oldest) return held;
  return {
    ...held,
    items: merged(held.items, [notice]),
    unseen: held.unseen + (isNew && !known && !open ? 1 : 0),
  };
}

export const severityName: Record<Severity, string> = {
  info: 'For information',
  warning: 'Warning',
  critical: 'Critical',
};

const kindNames: Record<Notice['kind'], string> = {
  sla_warning: 'Due soon',
  sla_breach: 'Overdue',
  emergency: 'Emergency',
  incident: 'Incident',
  channel: 'Channel',
  whisper: 'Whisper',
  report: 'Report',
  bot: 'Bot',
  review: 'Articles',
};

/** What kind of thing it is: "Overdue", "Whisper from Sam Laurent"; `to`: whose ear it is for. */
export function headOf(notice: Notice, to: string | null = null): string {
  if (notice.kind !== 'whisper' || !notice.author) return kindNames[notice.kind] ?? 'Notice';
  return to === null ? `Whisper from ${notice.author}` : `${notice.author} whispered to ${to}`;
}

/** A note that is a whisper: its author's name says whom it is for. */
export function whisperOf(message: Pick<Message, 'direction' | 'author'>): {
  by: string;
  to: string;
} | null {
  if (message.direction !== 'note') return null;
  const found = /^(.+), to (.+)$/s.exec(message.author.name);
  return found ? { by: found[1] as string, to: found[2] as string } : null;
}

/** Whether this person may say that it has been dealt with, and nobody has. */
export const mayAcknowledge = (notice: Notice, agentId: number, supervises: boolean): boolean =>
  notice.acknowledged_at === null &&
  notice.kind !== 'whisper' &&
  notice.severity !== 'info' &&
  (supervises || (notice.audience === 'agent' && notice.agent_id === agentId));

/** What comes up by itself: what is critical, and what is whispered to this person. */
export const comesUp = (notice: Notice, agentId: number): boolean =>
  notice.acknowledged_at === null &&
  (notice.severity === 'critical' ||
    (notice.kind === 'whisper' && notice.agent_id === agentId));

export const countWords = (unseen: number): string =>
  unseen === 0 ? 'Notices' : unseen === 1 ? 'Notices: 1 new' : `Notices: ${unseen} new`;

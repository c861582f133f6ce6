// What an agent may answer, where, how long it may be, and until when: from the ticket, its
// messages and what its channel can do. The hub decides; this is what the agent is told.
import type { Capabilities, Message, Ticket, Visibility } from '../api.ts';

export type AnswerWindow =
  /** No clock runs on this. */
  | { kind: 'none' }
  /** Anybody may answer, until then. */
  | { kind: 'open'; until: number }
  /** The bot may not any more; a person may, until then. */
  | { kind: 'human'; until: number }
  | { kind: 'closed'; since: number };

const SECOND = 1_000;

/**
 * The clock on a private answer. Both spans run from the customer's newest private message.
 * `heardAt` null: they have not written in private, so no such clock runs.
 */
export function privateWindow(
  heardAt: string | null,
  able: Pick<Capabilities, 'reply_window' | 'human_window'>,
  now: number,
): AnswerWindow {
  const last = Math.max(able.reply_window ?? 0, able.human_window ?? 0);
  if (heardAt === null || last === 0) return { kind: 'none' };
  const heard = Date.parse(heardAt);
  const open = heard + (able.reply_window ?? 0) * SECOND;
  if (now < open) return { kind: 'open', until: open };
  const end = heard + last * SECOND;
  return now < end ? { kind: 'human', until: end } : { kind: 'closed', since: end };
}

/** Where the customer can be answered. */
export interface Reach {
  /** What a reply uses when the agent does not choose. */
  usual: Visibility;
  /** Both are possible, so the agent may choose. */
  choice: boolean;
  /** A private reply opens a conversation that is not there yet. */
  opens: boolean;
  /** One was sent, and they have not written back in private. */
  opened: boolean;
  /** The newest public message, which a private reply would answer; null where none is left. */
  answers: Message | null;
}

const fromCustomer = (message: Message): boolean =>
  message.direction === 'inbound' && message.author.kind === 'customer';

export function reach(
  ticket: Pick<Ticket, 'visibility' | 'private_heard_at'>,
  messages: readonly Message[],
  able: Pick<Capabilities, 'private_replies'>,
): Reach {
  const heard = messages.filter(fromCustomer);
  const isPublic =
    ticket.visibility === 'public' || heard.some((message) => message.visibility === 'public');
  const isPrivate =
    ticket.visibility === 'private' ||
    ticket.private_heard_at !== null ||
    heard.some((message) => message.visibility === 'private');
  const answers =
    heard.findLast((message) => message.visibility === 'public' && message.deleted_at === null) ??
    null;
  const choice = answers !== null && (isPrivate || able.private_replies);
  const usual = heard.at(-1)?.visibility ?? ticket.visibility;
  const opened = messages.some(
    (message) =>
      message.direction === 'outbound' &&
      message.visibility === 'private' &&
      message.delivery !== null &&
      message.delivery.state !== 'failed' &&
      message.delivery.state !== 'cancelled',
  );
  return { usual, choice, opens: isPublic && !isPrivate, opened: !isPrivate && opened, answers };
}

/**
 * The message a reply must name: a public one is not what they wrote last, where the talk went
 * on in private. Null leaves it to the hub, which takes their newest.
 */
export const answered = (reached: Reach, visibility: Visibility): number | null =>
  reached.choice && visibility === 'public' && reached.usual === 'private'
    ? (reached.answers?.id ?? null)
    : null;

/** When a public message is too old to be answered in private; null where no limit is known. */
export function privateReplyEnds(
  answers: Message | null,
  able: Pick<Capabilities, 'private_reply_window'>,
): number | null {
  if (answers === null || able.private_reply_window === null) return null;
  return Date.parse(answers.sent_at) + able.private_reply_window * SECOND;
}

export const limitOf = (
  able: Pick<Capabilities, 'public_limit' | 'private_limit'>,
  visibility: Visibility,
): number | null => (visibility === 'public' ? able.public_limit : able.private_limit);

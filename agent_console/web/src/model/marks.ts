// What became of a message after it was written: reads, reactions, files.
import type { Attachment, Message, Reaction, Ticket } from '../api.ts';

export interface Receipt {
  messageId: number;
  state: 'delivered' | 'read';
  /** Up to when: what was sent until then has arrived, or was read. */
  until: string;
}

/**
 * The mark under the newest of our private messages that the customer's device got, or that
 * the customer read. Platforms tell it for a whole conversation: "everything up to then".
 */
export function receipts(
  ticket: Pick<Ticket, 'delivered_until' | 'read_until'>,
  messages: readonly Message[],
): Receipt | null {
  const reached = (until: string | null): Message | undefined => {
    if (until === null) return undefined;
    const end = Date.parse(until);
    return messages.findLast(
      (message) =>
        message.direction === 'outbound' &&
        message.visibility === 'private' &&
        !message.logged &&
        message.delivery?.state === 'sent' &&
        Date.parse(message.sent_at) <= end,
    );
  };
  const read = reached(ticket.read_until);
  const delivered = reached(ticket.delivered_until);
  if (read && (!delivered || read.id >= delivered.id)) {
    return { messageId: read.id, state: 'read', until: ticket.read_until as string };
  }
  if (!delivered) return null;
  return {
    messageId: delivered.id,
    state: 'delivered',
    until: ticket.delivered_until as string,
  };
}

// Facebook names its reactions in words; what else comes is shown as it is.
const signs: Record<string, string> = {
  like: '👍',
  love: '❤️',
  care: '🤗',
  haha: '😆',
  smile: '😆',
  wow: '😮',
  sad: '😢',
  angry: '😠',
  dislike: '👎',
};

export interface ReactionCount {
  sign: string;
  name: string;
  count: number;
}

/** Reactions counted by kind, the most frequent first. */
export function countReactions(reactions: readonly Reaction[]): ReactionCount[] {
  const counts = new Map<string, ReactionCount>();
  for (const { reaction } of reactions) {
    const sign = signs[reaction.toLowerCase()] ?? reaction;
    const known = counts.get(sign);
    if (known) known.count += 1;
    else counts.set(sign, { sign, name: reaction, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** "1.4 MB": a file's size as people say it. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const isImage = (file: Attachment): boolean =>
  file.state === 'kept' && /^image\/(jpeg|png|gif|webp)$/.test(file.media_type);

const kinds: Record<string, string> = {
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  file: 'File',
  'application/pdf': 'PDF',
};

/** "PDF", "Video": what a file is, for people. */
export const fileKind = (mediaType: string): string =>
  kinds[mediaType] ?? kinds[mediaType.split('/')[0] ?? ''] ?? mediaType;

/** Threads of the platform that a ticket has: more than one after a private reply. */
export interface Side {
  conversation: string;
  visibility: Message['visibility'];
  count: number;
  lastAt: string;
  permalink: string | null;
  /** Where in the log it begins. */
  firstId: number;
}

export function sides(messages: readonly Message[]): Side[] {
  const found = new Map<string, Side>();
  for (const message of messages) {
    if (message.conversation === null || message.direction === 'note') continue;
    const side = found.get(message.conversation);
    if (side) {
      side.count += 1;
      side.lastAt = message.sent_at;
      side.permalink ??= message.permalink;
    } else {
      found.set(message.conversation, {
        conversation: message.conversation,
        visibility: message.visibility,
        count: 1,
        lastAt: message.sent_at,
        permalink: message.permalink,
        firstId: message.id,
      });
    }
  }
  return [...found.values()];
}

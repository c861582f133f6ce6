// The messages to label, one after the other, faster than the hub answers: each label counts at
// once here, and comes back if the hub refuses it.
import { type Example, OUT_OF_SCOPE, SKIP } from './api.ts';

export interface Queue {
  /** To be labelled, the one on the screen first. */
  waiting: readonly Example[];
  /** Labelled, the last one first. */
  done: readonly Example[];
  /** How many wait on all pages, as the hub said, less what was labelled here since. */
  open: number;
  /** Where the next page begins; null where nothing more is known to come. */
  cursor: string | null;
}

/** Fewer waiting than this: the next page is asked for. */
export const AHEAD = 12;
/** Kept of what was labelled. */
const LATEST = 30;

export const emptyQueue: Queue = { waiting: [], done: [], open: 0, cursor: null };

/** A page that came: what is held or was labelled since it was asked for is not taken twice. */
export function withPage(
  queue: Queue,
  page: { items: readonly Example[]; next_cursor: string | null; open: number },
  /** Labels that the hub had not confirmed when the page was asked for. */
  unsent: number,
): Queue {
  const known = new Set([...queue.waiting, ...queue.done].map((one) => one.id));
  const fresh = page.items.filter((one) => !known.has(one.id));
  const waiting = [...queue.waiting, ...fresh];
  return {
    ...queue,
    waiting,
    cursor: page.next_cursor,
    // With the last page all are here; before it the hub's count tells, less what it may not
    // have heard of when it counted.
    open: page.next_cursor === null ? waiting.length : Math.max(waiting.length, page.open - unsent),
  };
}

/** Those labelled before, as the hub lists them; what was labelled here stays as it is. */
export function withDone(queue: Queue, items: readonly Example[]): Queue {
  const known = new Set([...queue.waiting, ...queue.done].map((one) => one.id));
  const rest = items.filter((one) => one.label !== null && !known.has(one.id));
  return { ...queue, done: [...queue.done, ...rest].slice(0, LATEST) };
}

export function label(queue: Queue, id: number, slug: string, by: string, at: string): Queue {
  const example = queue.waiting.find((one) => one.id === id);
  if (!example) return queue;
  const labelled = { ...example, label: slug, labelled_by: by, labelled_at: at };
  return {
    ...queue,
    waiting: queue.waiting.filter((one) => one.id !== id),
    done: [labelled, ...queue.done].slice(0, LATEST),
    open: Math.max(0, queue.open - 1),
  };
}

/** Take a label back: the message is the next one again. */
export function takeBack(queue: Queue, id: number): Queue {
  const example = queue.done.find((one) => one.id === id);
  if (!example) return queue;
  const open = { ...example, label: null, labelled_by: null, labelled_at: null };
  return {
    ...queue,
    waiting: [open, ...queue.waiting],
    done: queue.done.filter((one) => one.id !== id),
    open: queue.open + 1,
  };
}

/** The hub did not take that back: it is labelled as it was. */
export function putBack(queue: Queue, example: Example): Queue {
  if (!queue.waiting.some((one) => one.id === example.id)) return queue;
  return {
    ...queue,
    waiting: queue.waiting.filter((one) => one.id !== example.id),
    done: [example, ...queue.done],
    open: Math.max(0, queue.open - 1),
  };
}

export const wantsMore = (queue: Queue): boolean =>
  queue.cursor !== null && queue.waiting.length < AHEAD;

export type Choice = { slug: string; title: string };

/** The guesses that a digit takes: at most five, the bot's own first. */
export function choicesOf(example: Example, titles: ReadonlyMap<string, string>): Choice[] {
  const found = example.choices.filter(
    (one) => one.slug !== OUT_OF_SCOPE && one.slug !== SKIP,
  );
  const { guess } = example;
  if (guess !== null && guess !== OUT_OF_SCOPE && !found.some((one) => one.slug === guess)) {
    found.unshift({ slug: guess, title: titles.get(guess) ?? guess });
  }
  return found.slice(0, 5);
}

export type Press =
  | { do: 'label'; slug: string }
  | { do: 'search' }
  | { do: 'undo' }
  | null;

/** What a key means to the message on the screen. */
export function pressed(key: string, choices: readonly Choice[]): Press {
  switch (key) {
    case '1':
    case '2':
    case '3':
    case '4':
    case '5': {
      const choice = choices[Number(key) - 1];
      return choice ? { do: 'label', slug: choice.slug } : null;
    }
    case 'o':
      return { do: 'label', slug: OUT_OF_SCOPE };
    case 's':
      return { do: 'label', slug: SKIP };
    case '/':
      return { do: 'search' };
    case 'u':
      return { do: 'undo' };
    default:
      return null;
  }
}

export interface Topic {
  slug: string;
  title: string;
}

const folded = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Articles that have every word typed; those whose title begins with it first. */
export function matching(topics: readonly Topic[], typed: string, most = 8): Topic[] {
  const wanted = folded(typed.trim());
  const parts = wanted.split(/\s+/).filter(Boolean);
  const rank = (topic: Topic) => {
    const title = folded(topic.title);
    if (title.startsWith(wanted)) return 0;
    return parts.every((part) => new RegExp(`(^|[^\\p{L}\\p{N}])${escaped(part)}`, 'u').test(title))
      ? 1
      : 2;
  };
  return topics
    .filter((topic) => {
      const text = folded(`${topic.title} ${topic.slug}`);
      return parts.every((part) => text.includes(part));
    })
    .map((topic) => ({ topic, rank: rank(topic) }))
    .sort((a, b) => a.rank - b.rank || a.topic.title.localeCompare(b.topic.title))
    .slice(0, most)
    .map(({ topic }) => topic);
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

// A ticket's clocks explained: how each stands, and what was done about it.
import { words as spoken } from '../model/labels.ts';
import type { ActionDone, TicketClock, TicketTimeline } from './api.ts';
import type { Names } from './model.ts';
import { duration, listed, notifyName } from './words.ts';

export type Tone = 'plain' | 'green' | 'amber' | 'red';

const standings: Record<string, { words: string; tone: Tone }> = {
  running: { words: 'Running', tone: 'plain' },
  paused: { words: 'Paused', tone: 'plain' },
  overdue: { words: 'Overdue', tone: 'red' },
  met: { words: 'Met', tone: 'green' },
  late: { words: 'Late', tone: 'red' },
  unanswered: { words: 'Closed unanswered', tone: 'red' },
  answered_by_bot: { words: 'Answered by the bot', tone: 'plain' },
  no_reply_needed: { words: 'No reply needed', tone: 'plain' },
  void: { words: 'Does not count', tone: 'plain' },
};

export const standing = (name: string): { words: string; tone: Tone } =>
  standings[name] ?? { words: spoken(name), tone: 'plain' };

/** "Social media: 1 h of business time", "No target: only measured". */
export function promise(clock: TicketClock): string {
  if (clock.target === null) {
    return clock.policy ? `${clock.policy}: no target, only measured` : 'No policy: only measured';
  }
  const kind = clock.calendar_time ? 'around the clock' : 'of business time';
  return `${clock.policy ?? 'No policy'}: ${duration(clock.target)} ${kind}`;
}

/** "15 min used", "15 min of 1 h used", "1 h 10 min used, 10 min too many". */
export function spent(clock: TicketClock): string {
  const used = clock.used < 60 ? 'less than a minute' : duration(Math.floor(clock.used / 60) * 60);
  if (clock.target === null) return clock.met_at === null ? `${used} so far` : used;
  const over = clock.used - clock.target;
  if (over >= 60) return `${used} of ${duration(clock.target)}, ${duration(Math.floor(over / 60) * 60)} too long`;
  return `${used} of ${duration(clock.target)}`;
}

/** How much of the target is used, 0 to 1; null without one. */
export const share = (clock: TicketClock): number | null =>
  clock.target === null || clock.target <= 0 ? null : Math.min(1, clock.used / clock.target);

type People = Pick<Names, 'unit' | 'agent'>;

function doneWords({ kind, target }: ActionDone, names: People): string {
  switch (kind) {
    case 'notify':
      return `notified ${target === null ? 'nobody' : (notifyName[target] ?? names.agent(target))}`;
    case 'raise_priority':
      return 'raised the priority';
    case 'reassign':
      return target === null ? 'gave it back to its unit' : `assigned it to ${names.agent(target)}`;
    case 'move':
      return `moved it to ${target === null ? 'no unit' : names.unit(target)}`;
  }
}

/** "notified the unit and raised the priority". */
export function acted(done: readonly ActionDone[], names: People): string {
  const told = done.map((one) => {
    const words = doneWords(one, names);
    return one.error ? `${words} (did not work: ${one.error})` : words;
  });
  return listed(told, 'notified ') || 'nothing was to be done';
}

export interface Happening {
  at: string;
  words: string;
  tone: Tone;
}

const lower = (metric: string): string => spoken(metric).toLowerCase();

/** Entries, warnings and breaches in the order in which they happened. */
export function story(timeline: TicketTimeline, names: People): Happening[] {
  const metricOf = new Map(timeline.clocks.map((clock) => [clock.id, clock.metric]));
  const found: Happening[] = [
    ...timeline.entries.map(({ at, words }) => ({ at, words, tone: 'plain' as const })),
    ...timeline.breaches.map(({ metric, due_at }) => ({
      at: due_at,
      words: `The target for the ${lower(metric)} was missed`,
      tone: 'red' as const,
    })),
    ...timeline.escalations.map(({ clock_id, moment, at, done }) => ({
      at,
      words: `${moment === 'warning' ? 'Warning' : 'Missed'}, ${lower(metricOf.get(clock_id) ?? 'a target')}: ${acted(done, names)}`,
      tone: moment === 'warning' ? ('amber' as const) : ('red' as const),
    })),
  ];
  // A stable sort: what is told of one instant stays in the order of the hub.
  return found.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

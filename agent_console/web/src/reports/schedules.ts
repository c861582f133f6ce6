// Schedules in words, and what a form needs before it can be saved.
import type { Format, Frequency, Schedule, ScheduleBody } from './api.ts';
import type { Filters } from './filters.ts';
import { shortHour, weekdayName } from './groups.ts';

export interface Draft {
  name: string;
  frequency: Frequency;
  weekday: number;
  monthday: number;
  hour: number;
  by: Filters['by'];
  unit: string;
  channel: string;
  topic: string;
  agent: string;
  formats: Format[];
  /** As typed: separated by commas, spaces or lines. */
  recipients: string;
  active: boolean;
}

export const formats: readonly Format[] = ['pdf', 'xlsx', 'csv'];

export const emptyDraft = (filters: Filters): Draft => ({
  name: '',
  frequency: 'weekly',
  weekday: 0,
  monthday: 1,
  hour: 7,
  by: filters.by,
  unit: filters.unit,
  channel: filters.channel,
  topic: filters.topic,
  agent: filters.agent,
  formats: ['pdf'],
  recipients: '',
  active: true,
});

export const draftOf = (schedule: Schedule): Draft => ({
  name: schedule.name,
  frequency: schedule.frequency,
  weekday: schedule.frequency === 'weekly' ? schedule.day : 0,
  monthday: schedule.frequency === 'monthly' ? schedule.day : 1,
  hour: schedule.hour,
  by: schedule.filters.by,
  unit: schedule.filters.unit ?? '',
  channel: schedule.filters.channel ?? '',
  topic: schedule.filters.topic ?? '',
  agent: schedule.filters.agent_id == null ? '' : String(schedule.filters.agent_id),
  formats: [...schedule.formats],
  recipients: schedule.recipients.join('\n'),
  active: schedule.active,
});

export const addresses = (typed: string): string[] => [
  ...new Set(typed.split(/[\s,;]+/).filter(Boolean)),
];

export function bodyOf(draft: Draft): ScheduleBody {
  return {
    name: draft.name.trim(),
    frequency: draft.frequency,
    day: draft.frequency === 'weekly' ? draft.weekday : draft.frequency === 'monthly' ? draft.monthday : 0,
    hour: draft.hour,
    filters: {
      by: draft.by,
      unit: draft.unit || null,
      channel: draft.channel || null,
      topic: draft.topic || null,
      agent_id: draft.agent ? Number(draft.agent) : null,
    },
    formats: formats.filter((format) => draft.formats.includes(format)),
    recipients: addresses(draft.recipients),
    active: draft.active,
  };
}

export type Field = 'name' | 'recipients' | 'formats' | 'day' | 'hour' | 'filters' | 'frequency';
export type Problems = Partial<Record<Field, string>>;

/** What is missing, at the field; the server has the last word. */
export function problemsOf(draft: Draft): Problems {
  const problems: Problems = {};
  if (!draft.name.trim()) problems.name = 'Give it a name: it is the subject of the e-mail.';
  const all = addresses(draft.recipients);
  const wrong = all.find((address) => !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(address));
  if (!all.length) problems.recipients = 'Enter at least one e-mail address.';
  else if (wrong) problems.recipients = `“${wrong}” is no e-mail address.`;
  if (!draft.formats.length) problems.formats = 'Choose at least one format.';
  return problems;
}

/** The server's objections at the form's fields; what belongs to none is returned as `rest`. */
export function problemsFrom(errors: readonly { field?: string | null; message: string }[]): {
  problems: Problems;
  rest: string[];
} {
  const known: readonly Field[] = ['name', 'recipients', 'formats', 'day', 'hour', 'filters', 'frequency'];
  const problems: Problems = {};
  const rest: string[] = [];
  for (const { field, message } of errors) {
    const parts = (field ?? '').split('.');
    const at = known.find((name) => parts.includes(name));
    if (at && problems[at] === undefined) problems[at] = message;
    else rest.push(field && !at ? `${field}: ${message}` : message);
  }
  return { problems, rest };
}

const ordinal = (day: number): string => {
  const tail = day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th';
  return `${day}${tail}`;
};

/** "every Monday at 7 AM, about the week before" */
export function rhythm(schedule: Pick<Schedule, 'frequency' | 'day' | 'hour'>): string {
  const at = shortHour(String(schedule.hour));
  switch (schedule.frequency) {
    case 'daily':
      return `Every day at ${at}, about the day before`;
    case 'weekly':
      return `Every ${weekdayName(String(schedule.day))} at ${at}, about the week before`;
    case 'monthly':
      return `On the ${ordinal(schedule.day)} of each month at ${at}, about the month before`;
  }
}

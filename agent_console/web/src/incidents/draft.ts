// What is typed into an incident while others work on it, too: nothing typed is ever lost, and
// what was not touched follows the others.
import type { Fields, Incident } from './api.ts';

export type FieldName = keyof Fields;

export interface Draft {
  /** The version that it began from, or was last brought to. */
  version: number;
  base: Fields;
  typed: Fields;
  /** Typed here and changed by others meanwhile: what they made of it. */
  theirs: Partial<Fields>;
}

const names: readonly FieldName[] = [
  'title',
  'topic',
  'unit',
  'terms',
  'answer',
  'answer_es',
  'auto_answer',
];

export const fieldsOf = (incident: Fields): Fields => ({
  title: incident.title,
  topic: incident.topic,
  unit: incident.unit,
  terms: [...incident.terms],
  answer: incident.answer,
  answer_es: incident.answer_es,
  auto_answer: incident.auto_answer,
});

export const noFields = (): Fields => ({
  title: '',
  topic: null,
  unit: null,
  terms: [],
  answer: '',
  answer_es: '',
  auto_answer: false,
});

export const draftOf = (incident: Incident): Draft => ({
  version: incident.version,
  base: fieldsOf(incident),
  typed: fieldsOf(incident),
  theirs: {},
});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields that were touched, as typed. */
export function changes(draft: Draft): Partial<Fields> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    if (!same(draft.typed[name], draft.base[name])) found[name] = draft.typed[name];
  }
  return found;
}

export const isTouched = (draft: Draft): boolean => Object.keys(changes(draft)).length > 0;

/** What decides which tickets match was touched. */
export const touchesMatching = (draft: Draft): boolean => {
  const touched = changes(draft);
  return 'topic' in touched || 'terms' in touched || 'unit' in touched;
};

/** The draft upon what the incident has become; a field typed here keeps what was typed. */
export function rebase(draft: Draft, incident: Incident): Draft {
  if (incident.version < draft.version) return draft;
  const now = fieldsOf(incident);
  const typed: Record<string, unknown> = {};
  const theirs: Record<string, unknown> = {};
  for (const name of names) {
    const touched = !same(draft.typed[name], draft.base[name]);
    typed[name] = touched ? draft.typed[name] : now[name];
    if (!touched || same(draft.typed[name], now[name])) continue;
    if (!same(now[name], draft.base[name])) theirs[name] = now[name];
    else if (name in draft.theirs) theirs[name] = draft.theirs[name];
  }
  return {
    version: incident.version,
    base: now,
    typed: typed as unknown as Fields,
    theirs: theirs as Partial<Fields>,
  };
}

/** A word or phrase as the hub compares it, or null where nothing is left of it. */
export function asTerm(text: string): string | null {
  const term = text.trim().toLowerCase().replaceAll(/\s+/g, ' ').slice(0, 60).trim();
  return /[\p{L}\p{N}]/u.test(term) ? term : null;
}

/** `terms` with what was typed into the field: several at once are parted by commas. */
export function withTerms(terms: readonly string[], typed: string): string[] {
  const found = [...terms];
  for (const part of typed.split(/[,\n;]/)) {
    const term = asTerm(part);
    if (term !== null && !found.includes(term)) found.push(term);
  }
  return found.slice(0, 20);
}

// What is typed into an article while others may work on it, too: nothing typed is ever lost,
// and what was not touched follows the others.
import type { ArticleText, FieldProblem } from './api.ts';

/** An article's text as its form holds it: no nulls, phrases one a line. */
export interface Fields extends Omit<
  ArticleText,
  'title_es' | 'answer' | 'answer_es' | 'staff_note' | 'phrases' | 'phrases_es'
> {
  title_es: string;
  answer: string;
  answer_es: string;
  staff_note: string;
  phrases: string;
  phrases_es: string;
}
export type FieldName = keyof Fields;

export const fieldName: Record<FieldName, string> = {
  slug: 'Address',
  title: 'Title',
  title_es: 'Spanish title',
  unit: 'Unit',
  confidence: 'How sure the facts are',
  emergency: 'Emergency',
  handover: 'A person follows',
  source: 'Source',
  reviewed: 'Last reviewed',
  phrases: 'Phrases in English',
  phrases_es: 'Phrases in Spanish',
  answer: 'Answer in English',
  answer_es: 'Answer in Spanish',
  staff_note: 'Note for staff',
};
/** In the order of the page. */
export const fieldNames = Object.keys(fieldName) as FieldName[];

export const nameOf = (field: string): string => fieldName[field as FieldName] ?? field;

export interface Draft {
  /** The version that it began from, or was last brought to; 0 for an article to be made. */
  version: number;
  base: Fields;
  typed: Fields;
  /** Typed here and changed by others meanwhile: what they made of it. */
  theirs: Partial<Fields>;
}

export const toFields = (text: ArticleText): Fields => ({
  ...text,
  title_es: text.title_es ?? '',
  answer: text.answer ?? '',
  answer_es: text.answer_es ?? '',
  staff_note: text.staff_note ?? '',
  phrases: text.phrases.join('\n'),
  phrases_es: text.phrases_es.join('\n'),
});

/** The phrases in a field: a line each, blank ones left out. */
export const phraseLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const orNull = (text: string): string | null => text.trim() || null;

export const toText = (fields: Fields): ArticleText => ({
  slug: fields.slug.trim(),
  title: fields.title.trim(),
  title_es: orNull(fields.title_es),
  unit: fields.unit,
  confidence: fields.confidence,
  emergency: fields.emergency,
  handover: fields.handover,
  source: fields.source.trim(),
  reviewed: fields.reviewed,
  phrases: phraseLines(fields.phrases),
  phrases_es: phraseLines(fields.phrases_es),
  answer: orNull(fields.answer),
  answer_es: orNull(fields.answer_es),
  staff_note: orNull(fields.staff_note),
});

/** A new article, looked at on `day`. */
export const emptyFields = (day: string): Fields => ({
  slug: '',
  title: '',
  title_es: '',
  unit: null,
  confidence: 'none',
  emergency: false,
  handover: false,
  source: '',
  reviewed: day,
  phrases: '',
  phrases_es: '',
  answer: '',
  answer_es: '',
  staff_note: '',
});

export const draftOf = (version: number, text: ArticleText): Draft => ({
  version,
  base: toFields(text),
  typed: toFields(text),
  theirs: {},
});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields that say something else than `base` does; a blank at an end says nothing. */
function differing(one: Fields, other: Fields): FieldName[] {
  const left = toText(one);
  const right = toText(other);
  return fieldNames.filter((name) => !same(left[name], right[name]));
}

export const touched = (draft: Draft): FieldName[] => differing(draft.typed, draft.base);

/** The draft upon what the article has become; a field typed here keeps what was typed. */
export function rebase(draft: Draft, version: number, text: ArticleText): Draft {
  if (version <= draft.version) return draft;
  const now = toFields(text);
  const mine = new Set(touched(draft));
  const moved = new Set(differing(now, draft.base));
  const apart = new Set(differing(now, draft.typed));
  const typed = { ...now } as Record<FieldName, unknown>;
  const theirs: Partial<Record<FieldName, unknown>> = {};
  for (const name of fieldNames) {
    if (!mine.has(name)) continue;
    typed[name] = draft.typed[name];
    if (!apart.has(name)) continue;
    if (moved.has(name)) theirs[name] = now[name];
    else if (name in draft.theirs) theirs[name] = draft.theirs[name];
  }
  return {
    version,
    base: now,
    typed: typed as unknown as Fields,
    theirs: theirs as Partial<Fields>,
  };
}

/** Take what others made of a field instead of what was typed, or drop their word. */
export function settle(draft: Draft, name: FieldName, takeTheirs: boolean): Draft {
  const { [name]: theirs, ...rest } = draft.theirs;
  if (theirs === undefined) return draft;
  const typed = takeTheirs ? { ...draft.typed, [name]: theirs } : draft.typed;
  return { ...draft, typed, theirs: rest };
}

/** "Report a gas leak!" as `report-a-gas-leak`. */
export const slugOf = (title: string): string =>
  title
    .normalize('NFD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');

/** What may be previewed of `text`: an article being made has no title yet, and no address. */
export function previewable(text: ArticleText): { text: ArticleText; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const shown = { ...text };
  if (!text.title) {
    problems.push({ field: 'title', message: 'is missing' });
    shown.title = '-';
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text.slug)) {
    const message = text.slug ? 'must be small letters, digits and hyphens' : 'is missing';
    problems.push({ field: 'slug', message });
    shown.slug = 'new-article';
  }
  return { text: shown, problems };
}

/**
 * Messages by field. The hub may name a field of a request as `text.title`, and a phrase as
 * `text.phrases.3`.
 */
export function byField(problems: readonly FieldProblem[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { field, message } of problems) {
    const [name = '', index] = field.replace(/^(body\.)?(text\.)?/, '').split('.');
    const at = index !== undefined && /^\d+$/.test(index) ? `line ${Number(index) + 1}: ` : '';
    found.set(name, [...(found.get(name) ?? []), at + message]);
  }
  return found;
}

/** Problems of several tellers, each said once. */
export function merged(...all: ReadonlyMap<string, readonly string[]>[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const one of all) {
    for (const [field, messages] of one) {
      const known = found.get(field) ?? [];
      found.set(field, [...known, ...messages.filter((message) => !known.includes(message))]);
    }
  }
  return found;
}

/** The first field of the page that has a problem. */
export const firstField = (problems: ReadonlyMap<string, unknown>): FieldName | null =>
  fieldNames.find((name) => problems.has(name)) ?? null;

/** "3 phrases", and what the bot would say to so few. */
export function phraseCount(text: string, fewest: number): { count: number; words: string } {
  const count = phraseLines(text).length;
  const said = `${count} phrase${count === 1 ? '' : 's'}`;
  return { count, words: count < fewest ? `${said}, at least ${fewest} are needed` : said };
}

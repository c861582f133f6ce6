// Articles, word for word as the hub tells them, and the calls about them.
import { call } from '../http.ts';

/** Of an article's newest version; what was published before stays in use meanwhile. */
export type ArticleState = 'draft' | 'review' | 'published' | 'archived';
/** How sure the city is of the facts: stated, stated with a request to confirm, not known. */
export type Confidence = 'H' | 'M' | 'none';

/** What came of an article in the last 90 days. */
export interface Figures {
  shown: number;
  helpful: number;
  unhelpful: number;
  /** The bot showed it, and a person was needed all the same. */
  person: number;
}

export interface ArticleLine {
  slug: string;
  title: string;
  unit: string | null;
  state: ArticleState;
  confidence: Confidence;
  emergency: boolean;
  /** The number of the newest version; a change names the one it was made from. */
  version: number;
  /** The number of the version in use. */
  published: number | null;
  review_due: string;
  overdue: boolean;
  updated_at: string;
  figures: Figures;
}

/** All that an article says; texts are Markdown, what is not there is null. */
export interface ArticleText {
  slug: string;
  title: string;
  title_es: string | null;
  unit: string | null;
  confidence: Confidence;
  emergency: boolean;
  handover: boolean;
  source: string;
  /** A day: `2026-11-01`. */
  reviewed: string;
  phrases: string[];
  phrases_es: string[];
  answer: string | null;
  answer_es: string | null;
  staff_note: string | null;
}

export interface FieldProblem {
  field: string;
  message: string;
}

export interface ArticleDetail extends ArticleLine {
  text: ArticleText;
  published_text: ArticleText | null;
  problems: FieldProblem[];
}

export interface VersionLine {
  number: number;
  state: ArticleState;
  why: string;
  by: string;
  at: string;
}

export interface DiffLine {
  op: 'same' | 'added' | 'removed';
  text: string;
}

export interface FieldDiff {
  field: string;
  lines: DiffLine[];
}

/** What citizens would read, and what forbids to publish it. */
export interface Shown {
  html: string | null;
  html_es: string | null;
  plain: string | null;
  plain_es: string | null;
  problems: FieldProblem[];
}

/** Told to everybody with every change of an article. */
export interface ArticleNews {
  slug: string;
  state: ArticleState;
  version: number;
  published: number | null;
}

export type Act = 'submit' | 'publish' | 'archive' | 'reviewed' | 'restore';

const base = '/api/v1/articles';
const at = (slug: string) => `${base}/${encodeURIComponent(slug)}`;

export const loadArticles = () => call<{ items: ArticleLine[] }>(`${base}/all`);
export const loadArticle = (slug: string) => call<ArticleDetail>(at(slug));
export const makeArticle = (text: ArticleText, why: string) =>
  call<ArticleDetail>(base, { method: 'POST', body: { text, why } });
export const saveArticle = (slug: string, text: ArticleText, version: number, why: string) =>
  call<ArticleDetail>(at(slug), { method: 'PUT', body: { text, version, why } });
export const actOn = (
  slug: string,
  act: Act,
  body: { version: number; why: string; number?: number },
) => call<ArticleDetail>(`${at(slug)}/${act}`, { method: 'POST', body });
export const loadVersions = (slug: string) =>
  call<{ items: VersionLine[] }>(`${at(slug)}/versions`);
export const loadDiff = (slug: string, from: number, to: number, signal?: AbortSignal) =>
  call<{ fields: FieldDiff[] }>(`${at(slug)}/diff`, { query: { from, to }, signal });
export const previewArticle = (text: ArticleText, signal?: AbortSignal) =>
  call<Shown>(`${base}/preview`, { method: 'POST', body: { text }, signal });

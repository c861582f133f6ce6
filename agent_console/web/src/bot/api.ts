// The bot's models and the messages to label, word for word as the hub tells them.
import type { PartState } from '../api.ts';
import { call } from '../http.ts';

export type ModelState = 'wanted' | 'training' | 'active' | 'kept' | 'worse' | 'failed';

export type Verdict = 'right' | 'offered' | 'missed' | 'wrong';

/** A message held back from the training that a model gets worse than the one in use then. */
export interface WorseLine {
  text: string;
  /** The right one; `out-of-scope` where no article is right. */
  slug: string;
  language: string;
  before: Verdict;
  now: Verdict;
  /** The slug it answers with, or guesses first. */
  said: string | null;
}

export interface BotModel {
  id: number;
  state: ModelState;
  /** The model file's name, once there is one. */
  name: string | null;
  /** What changed. */
  why: string;
  by: string;
  asked_at: string;
  started_at: string | null;
  ended_at: string | null;
  /** What is being done, in words. */
  progress: string;
  error: string | null;
  figures: Record<string, unknown>;
  worse: WorseLine[];
  active: boolean;
  /** Whether it can be put in use; null where the hub cannot tell. */
  usable: boolean | null;
}

export interface Bot {
  state: PartState;
  detail: string;
  active: BotModel | null;
  training: BotModel | null;
}

/** Told to supervisors while a model is made. */
export interface BotNews {
  id: number;
  state: ModelState;
  progress: string;
}

export const OUT_OF_SCOPE = 'out-of-scope';
export const SKIP = 'skip';

/** A customer's message as the bot read it; `label` is a slug, `out-of-scope` or `skip`. */
export interface Example {
  id: number;
  ticket_id: number;
  text: string;
  language: string;
  outcome: string;
  guess: string | null;
  confidence: number | null;
  label: string | null;
  labelled_by: string | null;
  labelled_at: string | null;
  choices: { slug: string; title: string }[];
}

export interface ExamplePage {
  items: Example[];
  next_cursor: string | null;
  /** How many wait for a label, on all pages. */
  open: number;
}

const base = '/api/v1/bot';

export const loadBot = () => call<Bot>(base);
export const loadModels = () => call<{ items: BotModel[] }>(`${base}/models`);
export const trainNow = (why: string) =>
  call<BotModel>(`${base}/models`, { method: 'POST', body: { why } });
export const useModel = (id: number) =>
  call<BotModel>(`${base}/models/${id}/use`, { method: 'POST', body: {} });
export const loadExamples = (
  state: 'open' | 'labelled',
  limit: number,
  cursor: string | null = null,
) => call<ExamplePage>(`${base}/examples`, { query: { state, limit, cursor } });
export const labelExample = (id: number, label: string | null) =>
  call<Example>(`${base}/examples/${id}`, { method: 'PUT', body: { label } });

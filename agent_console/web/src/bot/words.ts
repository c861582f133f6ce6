// The bot's models in words, and their figures in the order they are read.
import { words } from '../model/labels.ts';
import {
  type BotModel,
  type Example,
  type ModelState,
  OUT_OF_SCOPE,
  SKIP,
  type Verdict,
} from './api.ts';

export const modelState: Record<ModelState, string> = {
  wanted: 'Waits to be trained',
  training: 'Training',
  active: 'In use',
  kept: 'Was in use',
  worse: 'Not taken: worse',
  failed: 'Failed',
};

export const busy = (state: ModelState): boolean => state === 'wanted' || state === 'training';

/** Whether people may put it in use: it was made, and another one is. */
export const usable = (model: BotModel): boolean =>
  !model.active &&
  model.usable !== false &&
  model.name !== null &&
  (model.state === 'kept' || model.state === 'worse');

/** What was measured of a model in one language: shares 0..1, null where it was not. */
export interface Measured {
  language: string;
  /** Messages that were held back from it. */
  n: number;
  right: number | null;
  offered: number | null;
  wrong: number | null;
  handed: number | null;
  /** Messages that no article is right for, and the share of them answered all the same. */
  outside: number;
  answered: number | null;
}

const languageNames: Readonly<Record<string, string>> = { en: 'English', es: 'Spanish' };
export const languageName = (language: string): string =>
  languageNames[language] ?? language.toUpperCase();

type Data = Record<string, unknown>;
const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const number = (data: Data, name: string): number | null => {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

/** A line for each language; none where a model was not measured. */
export function figureLines(figures: Data): Measured[] {
  const languages = isData(figures['held_back']) ? figures['held_back'] : {};
  return Object.entries(languages)
    .flatMap(([language, data]) => (isData(data) ? [measured(language, data)] : []))
    .sort((a, b) => a.language.localeCompare(b.language));
}

function measured(language: string, data: Data): Measured {
  const [n, outside] = [number(data, 'n') ?? 0, number(data, 'out_of_scope') ?? 0];
  const of = (total: number, name: string) => {
    const count = number(data, name);
    return count === null || total === 0 ? null : count / total;
  };
  return {
    language,
    n,
    right: of(n, 'right'),
    offered: of(n, 'offered'),
    wrong: of(n, 'wrong'),
    handed: of(n, 'handed'),
    outside,
    answered: of(outside, 'out_of_scope_answered'),
  };
}

/** How it stands next to the one in use: "+1.2" points, null where either was not measured. */
export function points(share: number | null, before: number | null | undefined): string | null {
  if (share === null || before === null || before === undefined) return null;
  const change = Math.round((share - before) * 1_000) / 10;
  if (change === 0) return null;
  return `${change > 0 ? '+' : '−'}${Math.abs(change)}`;
}

export const share = (value: number | null): string =>
  value === null ? '–' : `${Number((value * 100).toFixed(1))} %`;

/** Why a model was not taken, in the hub's words. */
export const reasons = (figures: Data): string[] =>
  Array.isArray(figures['reasons']) ? figures['reasons'].map(String) : [];

/** How long the training took, in seconds; null where nobody measured. */
export function lasted(model: Pick<BotModel, 'started_at' | 'ended_at'>): number | null {
  if (model.started_at === null || model.ended_at === null) return null;
  return Math.max(0, (Date.parse(model.ended_at) - Date.parse(model.started_at)) / 1_000);
}

/** What became of a message: "answered right", "“Pay a bill” answered, wrongly". */
export function verdictWords(
  verdict: Verdict,
  slug: string,
  said: string | null,
  titles: ReadonlyMap<string, string>,
): string {
  const name = said === null ? null : `“${labelName(said, titles)}”`;
  if (slug === OUT_OF_SCOPE) {
    if (verdict === 'right') return 'not answered, rightly';
    return name ? `answered with ${name}` : 'answered';
  }
  switch (verdict) {
    case 'right':
      return 'answered right';
    case 'offered':
      return 'asked back, the right one among the choices';
    case 'missed':
      return name ? `nothing said; its guess is ${name}` : 'nothing said';
    case 'wrong':
      return name ? `answered with ${name}` : 'answered wrong';
  }
}

/** What a slug or a label is called: an article's title where it is known. */
export function labelName(label: string, titles: ReadonlyMap<string, string>): string {
  if (label === OUT_OF_SCOPE) return 'Not for us';
  if (label === SKIP) return 'Skipped';
  return titles.get(label) ?? words(label);
}

/** How far a training is, 0..1, where its words tell: "epoch 30 of 60", "40 %". */
export function howFar(progress: string): number | null {
  const percent = /(\d{1,3})\s*%/.exec(progress);
  if (percent) return Math.min(1, Number(percent[1]) / 100);
  const steps = /(\d+)\s*(?:of|\/)\s*(\d+)/.exec(progress);
  if (!steps || !Number(steps[2])) return null;
  return Math.min(1, Number(steps[1]) / Number(steps[2]));
}

/** What the bot did with a message: "It answered with “Report an outage”, 82 % sure." */
export function outcomeWords(example: Example, titles: ReadonlyMap<string, string>): string {
  const { outcome, guess, confidence } = example;
  const about = guess === null ? null : `“${labelName(guess, titles)}”`;
  const sure = confidence === null ? '' : `, ${Math.round(confidence * 100)} % sure`;
  switch (outcome) {
    case 'answer':
      return about ? `It answered with ${about}${sure}.` : 'It answered.';
    case 'ask_back':
      return about ? `It asked back; its first guess was ${about}${sure}.` : 'It asked back.';
    case 'form':
      return about ? `It asked for what ${about} needs${sure}.` : 'It asked for what is needed.';
    case 'emergency':
      return about ? `It saw an emergency: ${about}${sure}.` : 'It saw an emergency.';
    case 'handoff':
      return about
        ? `It brought a person in; its guess was ${about}${sure}.`
        : 'It brought a person in and had no guess.';
    default:
      return about ? `${words(outcome)}: ${about}${sure}.` : `${words(outcome)}.`;
  }
}

/** Where a training asked for by a publication stands, in a sentence; null where nothing is known. */
export function learning(
  models: readonly BotModel[],
  since: number,
): { model: BotModel; done: boolean; words: string } | null {
  // The wish may have been joined to one that waited: the newest asked for is the one.
  const model = models
    .filter((one) => one.id >= since)
    .sort((a, b) => b.id - a.id)[0];
  if (!model) return null;
  switch (model.state) {
    case 'wanted':
      return { model, done: false, words: 'The bot is about to learn it.' };
    case 'training':
      return {
        model,
        done: false,
        words: model.progress ? `The bot is learning it: ${model.progress}` : 'The bot is learning it.',
      };
    case 'worse':
      return {
        model,
        done: true,
        words: 'The bot learned it and got worse elsewhere, so the model before stays in use.',
      };
    case 'failed':
      return { model, done: true, words: 'The training failed. The bot goes on with what it knew.' };
    default:
      return { model, done: true, words: 'The bot has learned it.' };
  }
}

// One article being edited: what is typed, what the hub says to it, what others do meanwhile.
import { session } from '../console/session.svelte.ts';
import { CallFailed } from '../http.ts';
import {
  type Act,
  actOn,
  type ArticleDetail,
  type FieldDiff,
  loadArticle,
  loadDiff,
  loadVersions,
  makeArticle,
  previewArticle,
  saveArticle,
  type Shown,
  type VersionLine,
} from './api.ts';
import {
  byField,
  type Draft,
  draftOf,
  emptyFields,
  type FieldName,
  type Fields,
  firstField,
  merged,
  previewable,
  rebase,
  settle,
  slugOf,
  toText,
  touched,
} from './draft.ts';
import { Keep } from './keep.ts';
import { articles } from './store.svelte.ts';

/** Stands for the slug of an article that is not made yet. */
export const NEW = '+';

/** Somebody else saved first. */
export interface Conflict {
  version: VersionLine | null;
  fields: readonly FieldDiff[];
}

const open = new Map<string, Editing>();

/** What was typed into an article and not saved yet is there again when it is looked at again. */
export function editingOf(slug: string): Editing {
  const held = open.get(slug);
  if (held) return held;
  const editing = new Editing(slug);
  open.set(slug, editing);
  return editing;
}

/** Articles with unsaved words, wherever they are. */
export const unsaved = (): Editing[] => [...open.values()].filter((one) => one.dirty);

const says = (problem: unknown): string =>
  problem instanceof Error ? problem.message : String(problem);

export class Editing {
  slug: string;
  detail = $state.raw<ArticleDetail | null>(null);
  draft = $state.raw<Draft | null>(null);
  why = $state('');
  error = $state<string | null>(null);
  missing = $state(false);
  /** What was typed in an earlier session. */
  restored = $state(false);
  conflict = $state.raw<Conflict | null>(null);
  /** What the hub said to the last thing asked of it, where it has no field. */
  refusal = $state<string | null>(null);
  busy = $state(false);
  shown = $state.raw<Shown | null>(null);
  previewError = $state<string | null>(null);
  /** Since it was published here: the first training that may hold it, null where none does. */
  learning = $state.raw<{ since: number | null } | null>(null);
  /** Somebody wanted to publish it. */
  tried = $state(false);
  /** The preview is older than what is typed. */
  stale = $state(false);
  /** Fields that the hub refused, until they are touched. */
  #refused = $state.raw<ReadonlyMap<string, string[]>>(new Map());
  #keep = new Keep(String(session.agent.id), localStorage);
  #slugTyped = false;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  constructor(slug: string) {
    this.slug = slug;
  }

  get isNew(): boolean {
    return this.slug === NEW;
  }

  // Computed when asked: it outlives the component that made it, and a derived value would not.
  get touched(): FieldName[] {
    return this.draft ? touched(this.draft) : [];
  }

  get dirty(): boolean {
    return this.touched.length > 0;
  }

  /** What forbids to publish what is typed, by field. */
  get problems(): ReadonlyMap<string, readonly string[]> {
    const shown = byField(this.shown?.problems ?? []);
    // What the hub's other articles forbid is known of what was saved; of what is typed since,
    // it is told when it is to be published.
    const known = this.shown === null || !this.dirty ? (this.detail?.problems ?? []) : [];
    return merged(this.#refused, shown, byField(known));
  }

  /** The same, to be shown: of an article that is not made yet, what was typed or tried. */
  get problemsShown(): ReadonlyMap<string, readonly string[]> {
    if (!this.isNew || this.tried) return this.problems;
    const mine = new Set<string>(this.touched);
    return new Map([...this.problems].filter(([field]) => mine.has(field) || this.#refused.has(field)));
  }

  async read(): Promise<void> {
    this.error = null;
    this.missing = false;
    if (this.isNew) {
      if (!this.draft) this.#begin(null);
      return;
    }
    try {
      const detail = await loadArticle(this.slug);
      if (this.draft && this.dirty && detail.version > this.draft.version) {
        await this.#moved(detail);
      } else if (!this.draft || !this.dirty || detail.version < this.draft.version) {
        this.#begin(detail);
      } else this.detail = detail;
    } catch (problem) {
      this.missing = problem instanceof CallFailed && problem.status === 404;
      this.error = says(problem);
    }
  }

  #begin(detail: ArticleDetail | null): void {
    const fresh = this.draft === null;
    this.detail = detail;
    if (detail) this.draft = draftOf(detail.version, detail.text);
    else {
      const fields = emptyFields(this.today);
      this.draft = { version: 0, base: fields, typed: fields, theirs: {} };
    }
    const kept = fresh ? this.#keep.read(this.slug) : null;
    if (!kept) return;
    const before: Draft = { version: kept.version, base: kept.base, typed: kept.typed, theirs: {} };
    if (!touched(before).length) return;
    this.why = kept.why;
    this.restored = true;
    this.#slugTyped = true;
    if (detail && detail.version > kept.version) {
      this.draft = before;
      void this.#moved(detail);
    } else this.draft = before;
  }

  /** Today in the city, as a date field has it. */
  get today(): string {
    const zone = session.me?.city_timezone ?? 'America/New_York';
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
  }

  type(change: Partial<Fields>): void {
    if (!this.draft) return;
    const more: Partial<Fields> = { ...change };
    if (this.isNew) {
      if ('slug' in change) this.#slugTyped = change.slug !== '';
      if ('title' in change && !this.#slugTyped) more.slug = slugOf(change.title ?? '');
    }
    this.draft = { ...this.draft, typed: { ...this.draft.typed, ...more } };
    this.stale = true;
    this.refusal = null;
    this.#refused = new Map([...this.#refused].filter(([field]) => !(field in more)));
    this.keep();
  }

  settle(name: FieldName, takeTheirs: boolean): void {
    if (!this.draft) return;
    this.draft = settle(this.draft, name, takeTheirs);
    this.stale = true;
    this.keep();
  }

  /** Kept in this browser a moment after the last key. */
  keep(): void {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.keepNow(), 300);
  }

  keepNow(): void {
    clearTimeout(this.#keeping);
    if (!this.draft) return;
    const { version, base, typed } = this.draft;
    if (this.dirty) this.#keep.write(this.slug, { version, base, typed, why: this.why });
    else this.#keep.drop(this.slug);
  }

  discard(): void {
    clearTimeout(this.#keeping);
    this.#keep.drop(this.slug);
    if (this.draft) {
      this.draft = { ...this.draft, typed: { ...this.draft.base }, theirs: {} };
    }
    this.why = '';
    this.conflict = null;
    this.refusal = null;
    this.restored = false;
    this.stale = true;
    this.#slugTyped = false;
    this.#refused = new Map();
  }

  /** Ask what citizens would see. */
  async preview(signal: AbortSignal): Promise<void> {
    if (!this.draft) return;
    try {
      const { text, problems } = previewable(toText(this.draft.typed));
      const shown = await previewArticle(text, signal);
      if (signal.aborted) return;
      const fields = new Set(problems.map((one) => one.field));
      const others = shown.problems.filter((one) => !fields.has(one.field));
      this.shown = { ...shown, problems: [...problems, ...others] };
      this.previewError = null;
      this.stale = false;
    } catch (problem) {
      if (signal.aborted) return;
      const fields = problem instanceof CallFailed ? (problem.problem?.errors ?? []) : [];
      if (fields.length) this.#refused = byField(fields);
      this.previewError = says(problem);
    }
  }

  /** Save what is typed, if anything is; true where the hub has it. */
  async save(): Promise<boolean> {
    return this.#ask(async () => this.#saved());
  }

  async #saved(): Promise<ArticleDetail> {
    const { draft, detail } = this;
    if (!draft) throw new Error('Nothing was loaded yet.');
    if (!this.dirty && detail) return detail;
    const text = toText(draft.typed);
    return this.isNew
      ? makeArticle(text, this.why.trim())
      : saveArticle(this.slug, text, draft.version, this.why.trim());
  }

  /** What is typed is saved first, where it is to be published or reviewed. */
  async act(act: Act, why: string, number?: number): Promise<boolean> {
    return this.#ask(async () => {
      let version = this.draft?.version ?? 0;
      if (act === 'publish' || act === 'submit') {
        this.why = why;
        const saved = await this.#saved();
        // It is there now, whatever becomes of the rest.
        this.#has(saved);
        version = saved.version;
      }
      return actOn(this.slug, act, {
        version,
        why: why.trim(),
        ...(number === undefined ? {} : { number }),
      });
    });
  }

  async #ask(run: () => Promise<ArticleDetail>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.refusal = null;
    this.#refused = new Map();
    try {
      this.#has(await run());
      this.why = '';
      return true;
    } catch (problem) {
      await this.#refuse(problem);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #has(detail: ArticleDetail): void {
    const was = this.slug;
    if (was === NEW) {
      open.delete(NEW);
      this.slug = detail.slug;
      open.set(detail.slug, this);
    }
    clearTimeout(this.#keeping);
    this.#keep.drop(was);
    this.detail = detail;
    this.draft = draftOf(detail.version, detail.text);
    this.conflict = null;
    this.restored = false;
    this.stale = true;
    articles.take(detail);
  }

  async #refuse(problem: unknown): Promise<void> {
    const failed = problem instanceof CallFailed ? problem : null;
    if (failed?.status === 409 && !this.isNew) {
      try {
        const before = this.draft?.version ?? 0;
        await this.#moved(await loadArticle(this.slug));
        if ((this.draft?.version ?? 0) > before) return;
      } catch {
        // Said below: it is in the way either way.
      }
    }
    const fields = failed?.problem?.errors ?? [];
    this.#refused = byField(fields);
    if (failed?.status === 409 && this.isNew && !fields.length) {
      this.#refused = new Map([['slug', [failed.message]]]);
    }
    if (firstField(this.#refused) === null) this.refusal = says(problem);
  }

  /** Somebody else changed it: what is typed stays, and it is told what they did. */
  async #moved(detail: ArticleDetail): Promise<void> {
    const before = this.draft;
    this.detail = detail;
    if (!before || detail.version <= before.version) return;
    this.draft = rebase(before, detail.version, detail.text);
    if (!touched(this.draft).length) {
      this.#has(detail);
      return;
    }
    this.stale = true;
    this.keep();
    const [versions, diff] = await Promise.all([
      loadVersions(this.slug).catch(() => null),
      loadDiff(this.slug, before.version, detail.version).catch(() => null),
    ]);
    this.conflict = {
      version: versions?.items.find((one) => one.number === detail.version) ?? null,
      fields: diff?.fields ?? [],
    };
  }
}

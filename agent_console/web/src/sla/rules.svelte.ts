// The rules in force and the draft of the next: edited, checked and previewed by the hub, saved.
import { tick } from 'svelte';
import type { HubEvent, Recompute } from '../api.ts';
import { session } from '../console/session.svelte.ts';
import { toasts } from '../console/toasts.svelte.ts';
import { CallFailed } from '../http.ts';
import {
  checkRules,
  type Choices,
  type FieldError,
  loadRules,
  restoreVersion,
  saveRules,
  type SlaView,
} from './api.ts';
import { differences } from './compare.ts';
import { Keep, type Kept } from './keep.ts';
import { type Names, namesOf, readRules, rebased, type Rules, same, writeRules } from './model.ts';
import { firstOf, noProblems, ownProblems, placed, type Problems } from './problems.ts';
import { begin, redo, step, type Steps, undo } from './undo.ts';

const CHECK_MS = 400;
const POLL_MS = 4_000;

const words = (problem: unknown): string =>
  problem instanceof Error ? problem.message : String(problem);

class RulesStore {
  /** As saved: what the draft began from. */
  base = $state.raw<SlaView | null>(null);
  /** Newer than the base: somebody saved meanwhile. */
  theirs = $state.raw<SlaView | null>(null);
  recompute = $state.raw<Recompute | null>(null);
  error = $state<string | null>(null);
  denied = $state(false);
  saving = $state(false);
  /** Why the last attempt to save failed, where no field is to blame. */
  refusal = $state<string | null>(null);
  comment = $state('');
  problems = $state.raw<Problems>(noProblems);
  /** Why the draft could not be checked: the hub is away. */
  unchecked = $state<string | null>(null);
  /** The draft was brought back from before the page was left. */
  restored = $state(false);
  /** For the live region. */
  said = $state('');

  #steps = $state.raw<Steps<Rules> | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: AbortController | null = null;
  #keep: Keep | null = null;

  draft = $derived(this.#steps?.present ?? null);
  saved = $derived(this.base === null ? null : readRules(this.base));
  choices = $derived<Choices | null>(this.base?.choices ?? null);
  dirty = $derived(this.draft !== null && this.saved !== null && !same(this.draft, this.saved));
  canUndo = $derived((this.#steps?.past.length ?? 0) > 0);
  canRedo = $derived((this.#steps?.future.length ?? 0) > 0);
  names = $derived<Names>(namesOf(this.draft ?? { calendars: [], policies: [] }, this.choices));
  changes = $derived(
    this.draft && this.saved && this.dirty
      ? differences(this.saved, this.draft, namesOf(this.saved, this.choices), this.names)
      : [],
  );
  recomputing = $derived(
    this.recompute !== null && this.recompute.finished_at === null && this.recompute.total > 0,
  );

  // -- reading

  async read(): Promise<void> {
    try {
      const view = await loadRules();
      this.error = null;
      this.denied = false;
      this.#keep ??= new Keep(String(session.agent.id), localStorage);
      if (this.#steps === null) {
        const kept = this.#keep.read();
        this.#begin(view);
        if (kept) this.#bringBack(view, kept);
      } else if (this.base && view.version > this.base.version) {
        if (this.dirty) this.theirs = view;
        else this.#begin(view);
      } else if (this.base && view.version === this.base.version) {
        this.base = view;
      }
      this.#heard(view.recompute);
    } catch (problem) {
      this.denied = problem instanceof CallFailed && problem.status === 403;
      this.error = words(problem);
    }
  }

  /** Follow the hub while the page is shown; returns how to stop. */
  follow(): () => void {
    void this.read();
    const stop = session.onEvents((events) => this.#hear(events));
    const timer = setInterval(() => {
      // Events may be missed while the line is down; a bar that stands still would lie.
      if (this.recomputing) void this.read();
    }, POLL_MS);
    return () => {
      stop();
      clearInterval(timer);
      clearTimeout(this.#timer);
    };
  }

  #hear(events: readonly HubEvent[]): void {
    let anew = false;
    for (const event of events) {
      if (event.kind === 'sla.changed') {
        this.#heard(event.data);
        if (this.base && event.data.version > Math.max(this.base.version, this.theirs?.version ?? 0)) {
          anew = true;
        }
      } else if (event.kind === 'config.changed') anew = true;
    }
    if (anew && !this.saving) void this.read();
  }

  #heard(told: Recompute | null): void {
    if (told === null) return;
    const known = this.recompute;
    if (known && (told.version < known.version || (told.version === known.version && told.done < known.done))) {
      return;
    }
    this.recompute = told;
  }

  #begin(view: SlaView): void {
    this.base = view;
    this.theirs = null;
    this.#steps = begin(readRules(view));
    this.problems = noProblems;
    this.refusal = null;
    this.comment = '';
    this.restored = false;
    this.#keep?.drop();
  }

  #bringBack(view: SlaView, kept: Kept): void {
    if (!this.#steps || same(kept.rules, this.#steps.present)) return;
    this.#steps = step(this.#steps, kept.rules);
    this.comment = kept.comment;
    this.restored = true;
    this.#keep?.write(kept);
    if (kept.version !== view.version) this.theirs = view;
    this.#later();
  }

  // -- editing

  /** `of`: the field typed into, whose letters make one step of undo. */
  edit(change: (rules: Rules) => Rules, of: string | null = null): void {
    if (!this.#steps) return;
    const next = change(this.#steps.present);
    if (next === this.#steps.present) return;
    this.#steps = step(this.#steps, next, of);
    this.#changed();
  }

  undo(): void {
    if (!this.#steps || !this.canUndo) return;
    this.#steps = undo(this.#steps);
    this.#changed();
    this.said = 'Taken back.';
  }

  redo(): void {
    if (!this.#steps || !this.canRedo) return;
    this.#steps = redo(this.#steps);
    this.#changed();
    this.said = 'Done again.';
  }

  discard(): void {
    if (this.theirs) this.#begin(this.theirs);
    else if (this.base) this.#begin(this.base);
    this.said = 'Your changes are discarded.';
  }

  #changed(): void {
    this.refusal = null;
    if (this.dirty && this.draft && this.base) {
      this.#keep?.write({ version: this.base.version, rules: this.draft, comment: this.comment });
    } else this.#keep?.drop();
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), CHECK_MS);
  }

  /** Ask the hub what it would not save. */
  async check(): Promise<void> {
    const { draft, base } = this;
    if (!draft || !base) return;
    this.#checking?.abort();
    if (!this.dirty) {
      this.problems = noProblems;
      return;
    }
    const asking = new AbortController();
    this.#checking = asking;
    try {
      const { errors } = await checkRules(
        writeRules(draft),
        asking.signal,
      );
      if (this.draft !== draft) return;
      this.#blame([...ownProblems(draft), ...errors]);
      this.unchecked = null;
    } catch (problem) {
      if (asking.signal.aborted || this.draft !== draft) return;
      if (problem instanceof CallFailed && problem.problem?.errors?.length) {
        this.#blame([...ownProblems(draft), ...problem.problem.errors]);
        this.unchecked = null;
      } else this.unchecked = words(problem);
    }
  }

  #blame(errors: readonly FieldError[]): void {
    if (this.draft) this.problems = placed(errors, this.draft);
  }

  /** The messages at a field. */
  at(field: string): readonly string[] {
    return this.problems.get(field) ?? [];
  }

  /** What an input of `field` carries: its id, and the way to its messages. */
  marks(field: string): {
    'data-field': string;
    'aria-invalid': boolean;
    'aria-describedby': string | undefined;
  } {
    const bad = this.problems.has(field);
    return {
      'data-field': field,
      'aria-invalid': bad,
      'aria-describedby': bad ? `said-${field}` : undefined,
    };
  }

  // -- saving

  /** Returns the field to go to where it was refused, null where it was saved. */
  async save(): Promise<string | null> {
    const { draft, base } = this;
    if (!draft || !base || this.saving) return null;
    const own = ownProblems(draft);
    if (own.length) {
      this.#blame(own);
      return firstOf(this.problems, draft);
    }
    this.saving = true;
    this.refusal = null;
    try {
      const comment = this.comment.trim();
      const view = await saveRules({
        base_version: base.version,
        ...(comment ? { comment } : {}),
        ...writeRules(draft),
      });
      this.#begin(view);
      this.#heard(view.recompute);
      toasts.say(`Saved as version ${view.version}.`);
      return null;
    } catch (problem) {
      return await this.#refused(problem, draft);
    } finally {
      this.saving = false;
    }
  }

  async #refused(problem: unknown, draft: Rules): Promise<string | null> {
    if (problem instanceof CallFailed && problem.status === 409) {
      await this.#meet();
      return null;
    }
    const errors = problem instanceof CallFailed ? (problem.problem?.errors ?? []) : [];
    if (errors.length) {
      this.#blame(errors);
      this.refusal = `Not saved: ${errors.length === 1 ? 'one thing has' : `${errors.length} things have`} to be put right first.`;
      await tick();
      return firstOf(this.problems, draft);
    }
    this.refusal = `Not saved. ${words(problem)} Your changes are still here.`;
    return null;
  }

  async #meet(): Promise<void> {
    try {
      this.theirs = await loadRules();
      this.#heard(this.theirs.recompute);
    } catch (problem) {
      this.refusal = `Not saved: somebody else saved meanwhile. ${words(problem)}`;
    }
  }

  /** Keep mine, on top of what was saved meanwhile: the next save replaces theirs. */
  overTheirs(): void {
    const { theirs, draft } = this;
    if (!theirs || !draft || !this.#steps) return;
    this.base = theirs;
    this.theirs = null;
    this.#steps = step(this.#steps, rebased(draft, theirs));
    this.#changed();
  }

  /** Returns what went wrong, or null. */
  async restore(version: number): Promise<string | null> {
    if (!this.base) return 'Nothing is loaded.';
    this.saving = true;
    try {
      const view = await restoreVersion(version, (this.theirs ?? this.base).version);
      this.#begin(view);
      this.#heard(view.recompute);
      toasts.say(`Version ${version} is in force again, as version ${view.version}.`);
      return null;
    } catch (problem) {
      if (problem instanceof CallFailed && problem.status === 409) {
        void this.read();
        return 'Somebody saved meanwhile: look at the newest version first, then try again.';
      }
      return words(problem);
    } finally {
      this.saving = false;
    }
  }
}

export const rules = new RulesStore();

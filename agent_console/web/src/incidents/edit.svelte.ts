// One incident being edited: what is typed, what the hub says to it, and what others do meanwhile.
import { toasts } from '../console/toasts.svelte.ts';
import { CallFailed } from '../http.ts';
import { type Fields, type Incident, loadIncident } from './api.ts';
import { changes, type Draft, draftOf, isTouched, rebase, touchesMatching } from './draft.ts';
import { incidents } from './store.svelte.ts';

/** What was typed into an incident and not saved yet is there again when it is looked at again. */
const typed = new Map<number, Editing>();

export function editingOf(incident: Incident): Editing {
  const held = typed.get(incident.id);
  if (held?.touched) {
    held.follow(incident);
    return held;
  }
  const editing = new Editing(incident);
  typed.set(incident.id, editing);
  return editing;
}

export class Editing {
  draft: Draft = $state.raw() as Draft;
  complaints = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Somebody else saved first. */
  conflict = $state(false);
  busy = $state(false);
  readonly id: number;

  // Computed when asked: it outlives the component that made it, and a derived value would not.
  get touched(): boolean {
    return isTouched(this.draft);
  }

  get touchesMatching(): boolean {
    return touchesMatching(this.draft);
  }

  constructor(incident: Incident) {
    this.id = incident.id;
    this.draft = draftOf(incident);
  }

  /** The incident as it is now: what was typed stays. */
  follow(incident: Incident): void {
    if (incident.version > this.draft.version) this.draft = rebase(this.draft, incident);
  }

  type(change: Partial<Fields>): void {
    this.draft = { ...this.draft, typed: { ...this.draft.typed, ...change } };
    const rest = [...this.complaints].filter(
      ([field]) => !Object.keys(change).some((name) => field === name || field.startsWith(`${name}.`)),
    );
    this.complaints = new Map(rest);
  }

  revert(): void {
    this.draft = { ...this.draft, typed: { ...this.draft.base }, theirs: {} };
    this.complaints = new Map();
    this.conflict = false;
  }

  /** Do it with what was typed. False where it was refused; nothing typed is lost. */
  async save(
    run: (version: number, fields: Partial<Fields>) => Promise<Incident>,
    what: string,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.complaints = new Map();
    this.conflict = false;
    try {
      const incident = await run(this.draft.version, changes(this.draft));
      this.draft = draftOf(incident);
      incidents.take(incident);
      return true;
    } catch (error) {
      await this.#refused(error, what);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #refused(error: unknown, what: string): Promise<void> {
    const fields = error instanceof CallFailed ? (error.problem?.errors ?? []) : [];
    if (fields.length) {
      this.complaints = new Map(fields.map((one) => [one.field, one.message]));
      // Said at the fields, unless it is about something that has none.
      if (fields.every((one) => (one.field.split('.')[0] ?? '') in this.draft.typed)) return;
    }
    const words = error instanceof Error ? error.message : String(error);
    if (error instanceof CallFailed && error.status === 409) {
      try {
        const now = await loadIncident(this.id);
        incidents.take(now);
        this.draft = rebase(this.draft, now);
        this.conflict = true;
      } catch {
        toasts.fail(`${what} did not work. ${words}`);
      }
      return;
    }
    toasts.fail(`${what} did not work. ${words}`);
  }
}

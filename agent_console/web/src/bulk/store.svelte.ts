// The selected tickets of the queue, and what was done to many of them at last.
import { clock } from '../console/clock.svelte.ts';
import { queue } from '../console/queue.svelte.ts';
import { route } from '../console/route.svelte.ts';
import { session } from '../console/session.svelte.ts';
import { toasts } from '../console/toasts.svelte.ts';
import { loadTickets } from '../http.ts';
import { attachTickets, detachTicket } from '../incidents/api.ts';
import { incidents } from '../incidents/store.svelte.ts';
import { newKey } from '../model/outbox.ts';
import {
  type BulkChange,
  type BulkFilter,
  type BulkOutcome,
  changeMany,
  countMany,
  MOST,
  PIECE,
  undoMany,
} from './api.ts';
import * as selection from './selection.ts';
import { changeWords, type Done, doneWords, filterOf, together } from './words.ts';

export interface Result extends Done {
  words: string;
  what: string;
  undo: (() => Promise<void>) | null;
}

const UNDO_MS = 15 * 60_000;

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

class Bulk {
  /** Everything that the view's filter finds, held here or not. */
  wide = $state.raw<{ filter: BulkFilter; matched: number } | null>(null);
  counting = $state(false);
  busy = $state<string | null>(null);
  result = $state.raw<Result | null>(null);
  #held = $state.raw(selection.none);
  #forget: ReturnType<typeof setTimeout> | undefined;

  ids = $derived(this.#held.ids);
  count = $derived(this.wide ? this.wide.matched : this.#held.ids.size);
  active = $derived(this.wide !== null || this.#held.ids.size > 0);
  filter = $derived(filterOf(route.place.view, route.place.unit, queue.query));

  has(id: number): boolean {
    return this.wide !== null || this.#held.ids.has(id);
  }

  #order(): number[] {
    return queue.list.rows.map((ticket) => ticket.id);
  }

  toggle(id: number): void {
    // Left out of "all that match": those shown stay selected, one by one.
    if (this.wide) {
      this.#held = selection.all(selection.none, this.#order());
      this.wide = null;
    }
    this.#held = selection.toggle(this.#held, id);
  }

  extend(id: number): void {
    if (!this.wide) this.#held = selection.extend(this.#held, this.#order(), id);
  }

  all(): void {
    this.wide = null;
    this.#held = selection.all(this.#held, this.#order());
  }

  clear(): void {
    this.wide = null;
    this.#held = selection.none;
  }

  /** Those that this person sees no more are let go. */
  prune(): void {
    this.#held = selection.pruned(this.#held, (id) => session.tickets.has(id));
  }

  /** How many the hub finds for this view; null where it did not say. */
  async matching(): Promise<number | null> {
    if (!this.filter) return null;
    try {
      return (await countMany(this.filter)).matched;
    } catch {
      return null;
    }
  }

  /** Everything that the hub finds for this view, also what is not held here. */
  async widen(): Promise<void> {
    const filter = this.filter;
    if (!filter || this.counting) return;
    this.counting = true;
    try {
      const { matched } = await countMany(filter);
      if (JSON.stringify(filter) !== JSON.stringify(this.filter)) return;
      if (matched > MOST) {
        toasts.fail(
          `${matched.toLocaleString('en-US')} tickets match; at most ${MOST} can be changed at once. Narrow the list by a unit or a search.`,
        );
        return;
      }
      this.wide = { filter, matched };
    } catch (error) {
      toasts.fail(`Counting did not work. ${reasonOf(error)}`);
    } finally {
      this.counting = false;
    }
  }

  // -- doing

  async change(change: BulkChange): Promise<void> {
    if (this.busy || !this.active) return;
    const what = changeWords(change, {
      agent: (id) => (id === session.agent.id ? 'you' : (session.agentName(id) ?? `agent ${id}`)),
      unit: (slug) => session.unitName(slug),
      moment: (iso) => session.time.moment(iso, clock.slow),
    });
    this.busy = `Changing ${this.count}…`;
    const wide = this.wide;
    const outcomes: BulkOutcome[] = [];
    try {
      if (wide && wide.matched <= PIECE) {
        outcomes.push(await changeMany({ filter: wide.filter }, change, newKey()));
      } else {
        const ids = await this.numbers();
        for (const [index, piece] of selection.pieces(ids, PIECE).entries()) {
          if (index) this.busy = `Changed ${index * PIECE} of ${ids.length}…`;
          outcomes.push(await changeMany({ ids: piece }, change, newKey()));
        }
      }
      this.clear();
    } catch (error) {
      // What is selected stays selected: it can be tried again.
      toasts.fail(`Changing the tickets did not work. ${reasonOf(error)}`);
      if (!outcomes.length) return;
    } finally {
      this.busy = null;
    }
    const done = together(outcomes);
    this.#tell({
      ...done,
      what,
      words: doneWords(done),
      undo: done.ids.length ? () => this.#undo(done.ids) : null,
    });
  }

  async #undo(ids: readonly number[]): Promise<void> {
    const restored: number[] = [];
    const refused: Done['refused'] = [];
    try {
      for (const id of ids) {
        const back = await undoMany(id);
        restored.push(...back.restored);
        refused.push(...back.refused);
      }
    } catch (error) {
      toasts.fail(`Taking it back did not work. ${reasonOf(error)}`);
      if (!restored.length) return;
    }
    const words = [
      `${restored.length} as before`,
      ...(refused.length ? [`${refused.length} changed since, and left as they are`] : []),
    ].join(', ');
    this.#tell({
      ids: [],
      matched: restored.length + refused.length,
      changed: restored,
      refused,
      undoUntil: null,
      what: '',
      words: `Taken back: ${words}`,
      undo: null,
    });
  }

  /** The selected tickets' numbers; of a whole view they are asked for. */
  async numbers(): Promise<number[]> {
    if (!this.wide) return [...this.#held.ids];
    const found: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await loadTickets({ ...this.wide.filter, cursor, limit: 200 });
      found.push(...page.items.map((ticket) => ticket.id));
      cursor = page.next_cursor;
    } while (cursor !== null && found.length < MOST);
    return found.slice(0, MOST);
  }

  async attach(incidentId: number): Promise<void> {
    if (this.busy || !this.active) return;
    this.busy = 'Adding them to the incident…';
    try {
      const ids = (await this.numbers()).slice(0, MOST);
      const before = new Map(ids.map((id) => [id, session.tickets.get(id)?.incident_id ?? null]));
      incidents.take(await attachTickets(incidentId, ids));
      this.clear();
      const joined = ids.filter((id) => before.get(id) !== incidentId);
      // Those that were in another incident are not taken out by "undo": they had a place.
      const added = joined.filter((id) => before.get(id) === null);
      const already = ids.length - joined.length;
      this.#tell({
        ids: [],
        matched: ids.length,
        changed: joined,
        refused: [],
        undoUntil: new Date(clock.now + UNDO_MS).toISOString(),
        what: '',
        words: `${joined.length} added to ${incidents.title(incidentId) ?? 'the incident'}${
          already ? `, ${already} ${already === 1 ? 'was' : 'were'} part of it already` : ''
        }`,
        undo: added.length ? () => this.#detach(incidentId, added) : null,
      });
    } catch (error) {
      toasts.fail(`Adding them to the incident did not work. ${reasonOf(error)}`);
    } finally {
      this.busy = null;
    }
  }

  async #detach(incidentId: number, ids: readonly number[]): Promise<void> {
    const done: number[] = [];
    const refused: Done['refused'] = [];
    for (const id of ids) {
      try {
        incidents.take(await detachTicket(incidentId, id));
        done.push(id);
      } catch (error) {
        refused.push({ ticket_id: id, reason: reasonOf(error) });
      }
    }
    this.#tell({
      ids: [],
      matched: ids.length,
      changed: done,
      refused,
      undoUntil: null,
      what: '',
      words: `Taken back: ${done.length} taken out again${refused.length ? `, ${refused.length} refused` : ''}`,
      undo: null,
    });
  }

  #tell(result: Result): void {
    clearTimeout(this.#forget);
    const once = result.undo;
    const undo =
      once === null
        ? null
        : async () => {
            this.result = null;
            this.busy = 'Taking it back…';
            await once();
            this.busy = null;
          };
    this.result = { ...result, undo };
    const until = result.undoUntil === null ? UNDO_MS : Date.parse(result.undoUntil) - clock.now;
    this.#forget = setTimeout(() => this.dismiss(), Math.max(0, until));
    // Elsewhere than at the queue, where the result has its own place.
    if (route.place.page !== 'queue' || route.place.view === 'callbacks') {
      toasts.say(
        result.what ? `${result.words}: ${result.what}.` : `${result.words}.`,
        undo ? { label: 'Undo', run: () => void undo() } : null,
      );
    }
  }

  dismiss(): void {
    clearTimeout(this.#forget);
    this.result = null;
  }
}

export const bulk = new Bulk();

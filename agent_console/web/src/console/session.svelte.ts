// The signed-in console: loads the snapshot, follows the events, and tells the components
// what changed. Rules stay on the server; here is only what is shown.
import type { Account, Agent, HubEvent, Me, Part, Ticket, Unit } from '../api.ts';
import {
  CallFailed,
  loadCounts,
  loadDirectory,
  loadMe,
  loadMessages,
  loadSystem,
  loadTicket,
  loadTickets,
  postLoggedReply,
  postNote,
  postReply,
} from '../http.ts';
import { Drafts } from '../model/drafts.ts';
import { Link, type LinkState } from '../model/link.ts';
import { Outbox, type Unsent } from '../model/outbox.ts';
import { type Change, Replica, type Thread } from '../model/replica.ts';
import { CityTime } from '../model/time.ts';
import { Typing, type Writer } from '../model/typing.ts';
import { countAll, type LocalCounts } from '../model/views.ts';
import { postWhisper } from '../notices/api.ts';
import { clock } from './clock.svelte.ts';

const FIRST_PAGE = 60;
const PAGE = 200;
/** Tickets held at most; past this, counts come from the server and search finds the rest. */
const MOST_TICKETS = 10_000;
const MOST_MESSAGES = 5_000;
const COUNTS_EVERY_MS = 20_000;

type Loading = 'loading' | 'ready' | 'failed';

interface ThreadState {
  state: Loading;
  error: string | null;
}

class Session {
  phase = $state<Loading>('loading');
  error = $state<string | null>(null);
  me = $state.raw<Me | null>(null);
  units = $state.raw<Unit[]>([]);
  accounts = $state.raw<Account[]>([]);
  agents = $state.raw<Agent[]>([]);
  parts = $state.raw<Part[]>([]);
  sandbox = $state(false);
  link = $state.raw<{ state: LinkState; retryAt: number | null }>({
    state: 'connecting',
    retryAt: null,
  });
  /** All that is open is held here, so counts are exact without asking. */
  complete = $state(false);
  queueError = $state<string | null>(null);
  unsent = $state.raw<readonly Unsent[]>([]);
  /** For the live region: what a sighted agent sees appear. */
  announcement = $state('');

  time = new CityTime('America/New_York');
  drafts!: Drafts;
  outbox!: Outbox;
  #typing = new Typing();
  readonly replica = new Replica((change) => this.#changed(change));

  #tickets = $state(0);
  #threads = $state(0);
  #threadStates = $state.raw<ReadonlyMap<number, ThreadState>>(new Map());
  #serverCounts = $state.raw<LocalCounts | null>(null);
  #link: Link | null = null;
  #loading = 0;
  #onEvents = new Set<(events: readonly HubEvent[]) => void>();
  #typed = $state(0);
  /** Threads whose pages are on their way. */
  #reading = new Map<number, symbol>();
  /** The ticket whose thread is on the screen. */
  #watched: number | null = null;

  // -- reading

  get agent(): Agent {
    if (!this.me) throw new Error('Not signed in yet');
    return this.me.agent;
  }

  get supervises(): boolean {
    return this.me !== null && this.me.agent.role !== 'agent';
  }

  /** The tickets held, read so that the reader is drawn again when any of them changes. */
  get tickets(): ReadonlyMap<number, Ticket> {
    void this.#tickets;
    return this.replica.tickets;
  }

  thread(ticketId: number): { thread: Thread | undefined; state: Loading; error: string | null } {
    void this.#threads;
    const held = this.#threadStates.get(ticketId);
    return {
      thread: this.replica.thread(ticketId),
      state: held?.state ?? 'loading',
      error: held?.error ?? null,
    };
  }

  counts = $derived.by<LocalCounts | null>(() => {
    if (!this.me) return null;
    if (!this.complete) return this.#serverCounts;
    return countAll(this.tickets.values(), {
      agentId: this.me.agent.id,
      unit: null,
      now: clock.slow,
    });
  });

  unitName(slug: string): string {
    return this.units.find((unit) => unit.slug === slug)?.name ?? slug;
  }

  agentName(id: number | null): string | null {
    if (id === null) return null;
    return this.agents.find((agent) => agent.id === id)?.name ?? `Agent ${id}`;
  }

  account(id: number): Account | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  // -- life

  async start(): Promise<void> {
    this.phase = 'loading';
    this.error = null;
    try {
      const [me, directory, first] = await Promise.all([
        loadMe(),
        loadDirectory(),
        loadTickets({ view: 'all', limit: FIRST_PAGE }),
      ]);
      this.time = new CityTime(me.city_timezone);
      this.me = me;
      this.units = directory.units;
      this.accounts = directory.accounts;
      this.sandbox = directory.accounts.some((account) => account.sandbox);
      const name = String(me.agent.id);
      this.drafts = new Drafts(name, localStorage);
      this.outbox = new Outbox(name, localStorage, postUnsent, () => {
        this.unsent = this.outbox.items;
      });
      this.unsent = this.outbox.items;
      this.replica.cursor = Math.min(directory.seq, first.seq);
      this.replica.takeAgents(directory.agents);
      this.replica.takeTickets(first.items, first.seq);
      this.phase = 'ready';
      this.#connect();
      clock.start();
      void this.#loadSystem();
      void this.#loadRest(first.next_cursor, false);
      setInterval(() => {
        if (!this.complete) void this.#loadCounts();
      }, COUNTS_EVERY_MS);
    } catch (error) {
      if (error instanceof CallFailed && error.status === 401) return;
      this.error = error instanceof Error ? error.message : String(error);
      this.phase = 'failed';
    }
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.#link = new Link({
      url: (since) => `${scheme}://${location.host}/console/socket?since=${since}`,
      cursor: () => this.replica.cursor,
      onState: (state, retryAt) => {
        this.link = { state, retryAt };
      },
      onEvents: (events) => {
        for (const event of events) {
          if (event.kind === 'message.created' || event.kind === 'message.updated') {
            if (event.data.key) this.outbox.confirm(event.data.key);
          }
          this.#listenForTyping(event);
        }
        this.replica.applyEvents(events);
        for (const listener of this.#onEvents) listener(events);
      },
      onCursor: (seq) => this.replica.advance(seq),
      onResync: (seq) => void this.#reload(seq),
      onTime: (at) => clock.heard(at),
      // A closed session refuses the socket without saying why; this call leads to sign-in.
      onRetry: (failures) => {
        if (failures % 3 === 2) void loadMe().catch(() => undefined);
      },
    });
    this.#link.start();
    addEventListener('online', () => this.#link?.retryNow());
    addEventListener('offline', () => this.#link?.networkLost());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#link?.retryNow();
    });
  }

  #listenForTyping(event: HubEvent): void {
    if (event.ticket_id === null) return;
    if (event.kind === 'ticket.typing') {
      this.#typing.hear(event.ticket_id, event.data, Date.now());
      this.#typed += 1;
    } else if (event.kind === 'message.created') {
      const by = event.data.direction === 'inbound' ? 'customer' : 'agent';
      this.#typing.arrived(event.ticket_id, by);
      this.#typed += 1;
    }
  }

  /** Who else is writing on a ticket; drawn again as notices come and as they grow old. */
  writers(ticketId: number): Writer[] {
    void this.#typed;
    void clock.now;
    return this.#typing.writers(ticketId, this.agent.name, Date.now());
  }

  retryLink(): void {
    this.#link?.retryNow();
  }

  /** Call `listener` after every batch of events; returns how to stop. */
  onEvents(listener: (events: readonly HubEvent[]) => void): () => void {
    this.#onEvents.add(listener);
    return () => this.#onEvents.delete(listener);
  }

  // -- the queue

  async #loadRest(cursor: string | null, reloading: boolean): Promise<void> {
    const run = ++this.#loading;
    this.queueError = null;
    try {
      if (!this.complete) void this.#loadCounts();
      let next = cursor;
      const read = async (view: string) => {
        do {
          const page = await loadTickets({ view, cursor: next, limit: PAGE });
          if (run !== this.#loading) return;
          this.replica.takeTickets(page.items, page.seq);
          next = page.next_cursor;
        } while (next !== null && this.replica.tickets.size < MOST_TICKETS);
      };
      if (next !== null || reloading) await read('all');
      const all = next === null;
      for (const view of ['bot', 'snoozed']) {
        if (run !== this.#loading) return;
        next = null;
        await read(view);
      }
      if (run !== this.#loading) return;
      if (reloading && all) this.replica.endReload();
      this.complete = all;
      if (!all) void this.#loadCounts();
    } catch (error) {
      if (run === this.#loading) {
        this.queueError = error instanceof Error ? error.message : String(error);
      }
    }
  }

  retryQueue(): void {
    void this.#loadRest(null, true);
  }

  async #loadCounts(): Promise<void> {
    try {
      const counts = await loadCounts();
      const none = {
        mine: 0,
        unit: 0,
        all: 0,
        unassigned: 0,
        due: 0,
        breached: 0,
        bot: 0,
        resolved: 0,
        snoozed: 0,
      };
      this.#serverCounts = { views: { ...none, ...counts.views }, units: counts.units };
    } catch {
      // Counts are an aid: the list itself says when the hub cannot be reached.
    }
  }

  async #loadSystem(): Promise<void> {
    try {
      const system = await loadSystem();
      this.replica.takeParts(system.parts);
      this.sandbox = system.sandbox;
    } catch {
      // The next system.changed event fills it.
    }
  }

  async #loadDirectory(): Promise<void> {
    try {
      const directory = await loadDirectory();
      this.units = directory.units;
      this.accounts = directory.accounts;
      this.replica.takeAgents(directory.agents);
    } catch {
      // Names stay as they were; the next change asks again.
    }
  }

  async #reload(seq: number): Promise<void> {
    this.replica.beginReload(seq);
    void this.#loadDirectory();
    void this.#loadSystem();
    await this.#loadRest(null, true);
  }

  /** A ticket by id, from the server if it is not held (an old one, or a link to one). */
  async fetchTicket(id: number): Promise<Ticket> {
    const since = this.replica.cursor;
    const ticket = await loadTicket(id);
    this.replica.takeTickets([ticket], since);
    return ticket;
  }

  // -- threads

  /** Show a ticket's thread: from what is held if it is whole, else from the server. */
  async openThread(ticketId: number, again = false): Promise<void> {
    this.#watched = ticketId;
    const known = this.replica.thread(ticketId);
    this.replica.openThread(ticketId);
    if (known && !again && (known.complete || this.#reading.has(ticketId))) {
      this.#threads += 1;
      return;
    }
    const run = Symbol();
    this.#reading.set(ticketId, run);
    this.#setThread(ticketId, { state: 'loading', error: null });
    try {
      let cursor: string | null = null;
      let read = 0;
      do {
        const page = await loadMessages(ticketId, cursor);
        // The thread was dropped meanwhile and is being read anew.
        if (this.#reading.get(ticketId) !== run) return;
        this.replica.takeMessages(ticketId, page);
        cursor = page.next_cursor;
        read += page.items.length;
      } while (cursor !== null && read < MOST_MESSAGES);
      this.#setThread(ticketId, { state: 'ready', error: null });
    } catch (error) {
      if (this.#reading.get(ticketId) !== run) return;
      const words = error instanceof Error ? error.message : String(error);
      this.#setThread(ticketId, { state: 'failed', error: words });
    } finally {
      if (this.#reading.get(ticketId) === run) this.#reading.delete(ticketId);
    }
  }

  leaveThread(): void {
    this.#watched = null;
  }

  #setThread(ticketId: number, state: ThreadState): void {
    const states = new Map(this.#threadStates);
    states.set(ticketId, state);
    this.#threadStates = states;
    this.#threads += 1;
  }

  // -- changes

  #changed(change: Change): void {
    if (change.tickets) this.#tickets += 1;
    if (change.threads.size) this.#threads += 1;
    const watched = this.#watched;
    if (watched !== null && this.replica.tickets.has(watched) && !this.replica.thread(watched)) {
      // Dropped by a reload, or by leaving and coming back, while it is on the screen.
      void this.openThread(watched);
    }
    if (change.agents) {
      this.agents = [...this.replica.agents.values()].sort((a, b) => a.name.localeCompare(b.name));
      const mine = this.me && this.replica.agents.get(this.me.agent.id);
      if (this.me && mine) this.me = { ...this.me, agent: mine };
    }
    if (change.parts) this.parts = this.replica.parts;
    if (change.config) {
      void this.#loadDirectory();
      // What is switched off is no trouble any more, and no part's event need say so.
      void this.#loadSystem();
    }
    for (const message of change.arrived) {
      const here = message.ticket_id === this.#watched;
      if (here) this.announcement = `New message from ${message.author.name}: ${message.body}`;
      else if (message.emergency) {
        this.announcement = `Emergency: ${message.author.name}, ticket ${message.ticket_id}`;
      }
    }
  }
}

function postUnsent(unsent: Unsent) {
  const { ticketId, body, resolve, key, visibility, toMessageId, permalink } = unsent;
  switch (unsent.kind) {
    case 'note':
      return postNote(ticketId, body, key);
    case 'whisper':
      return postWhisper(ticketId, body, key);
    case 'logged':
      return postLoggedReply(ticketId, { body, resolve, ...(permalink ? { permalink } : {}) }, key);
    case 'reply':
      return postReply(
        ticketId,
        {
          body,
          resolve,
          ...(visibility ? { visibility } : {}),
          ...(toMessageId === null ? {} : { to_message_id: toMessageId }),
        },
        key,
      );
  }
}

export const session = new Session();

// The browser's copy of what the agent may see: filled by snapshots, kept current by numbered
// events. A snapshot page is at least as new as its `seq`; an event is newer than every page
// with a lower one. Whatever the order of arrival, the newest of a thing wins.
import type { Agent, HubEvent, Message, Page, Part, Ticket } from '../api.ts';

const MAX_RESOLVED = 600;
const MAX_THREADS = 40;

export interface Thread {
  /** Oldest first. */
  messages: readonly Message[];
  complete: boolean;
}

interface HeldThread extends Thread {
  seqs: Map<number, number>;
  messages: Message[];
}

/** What an update touched, so that only that is drawn again. */
export interface Change {
  tickets: boolean;
  threads: Set<number>;
  agents: boolean;
  parts: boolean;
  config: boolean;
  /** Inbound messages that came as events, for the live region. */
  arrived: Message[];
}

const noChange = (): Change => ({
  tickets: false,
  threads: new Set(),
  agents: false,
  parts: false,
  config: false,
  arrived: [],
});

type Edit = Partial<Ticket>;

export class Replica {
  /** As the screen shows them: the server's ticket with the agent's own unconfirmed edits. */
  readonly tickets = new Map<number, Ticket>();
  readonly agents = new Map<number, Agent>();
  parts: Part[] = [];
  /** The newest event number seen: where a reconnecting socket reads on. */
  cursor = 0;

  #held = new Map<number, Ticket>();
  #edits = new Map<number, Edit[]>();
  #leftAt = new Map<number, number>();
  #threads = new Map<number, HeldThread>();
  #touched = new Set<number>();
  #listen: (change: Change) => void;

  constructor(listen: (change: Change) => void) {
    this.#listen = listen;
  }

  // -- snapshots

  /** Take in tickets of a snapshot page, or one answered to a command (`seq` unknown: null). */
  takeTickets(items: readonly Ticket[], seq: number | null): void {
    const change = noChange();
    for (const ticket of items) {
      const left = this.#leftAt.get(ticket.id);
      if (left !== undefined && (seq === null || seq < left)) continue;
      if (this.#put(ticket)) change.tickets = true;
      this.#touched.add(ticket.id);
    }
    this.#listen(change);
  }

  /**
   * Begin a reload: from here on the tickets that are seen again are noted. `seq` is where the
   * server stands; a number below ours means another history (a restored database, say), of
   * which nothing held here is a part.
   */
  beginReload(seq: number): void {
    if (seq < this.cursor) {
      this.#held.clear();
      this.#edits.clear();
      this.#leftAt.clear();
      this.tickets.clear();
    }
    this.cursor = seq;
    this.#touched.clear();
    this.#threads.clear();
    this.#listen({ ...noChange(), tickets: true });
  }

  /** End a complete reload: what was not seen again is gone. */
  endReload(): void {
    const change = noChange();
    for (const id of [...this.#held.keys()]) {
      if (this.#touched.has(id)) continue;
      this.#drop(id);
      change.tickets = true;
    }
    this.#touched.clear();
    this.#listen(change);
  }

  takeAgents(agents: readonly Agent[]): void {
    this.agents.clear();
    for (const agent of agents) this.agents.set(agent.id, agent);
    this.#listen({ ...noChange(), agents: true });
  }

  takeAgent(agent: Agent): void {
    this.agents.set(agent.id, agent);
    this.#listen({ ...noChange(), agents: true });
  }

  takeParts(parts: Part[]): void {
    this.parts = parts;
    this.#listen({ ...noChange(), parts: true });
  }

  // -- threads

  thread(ticketId: number): Thread | undefined {
    return this.#threads.get(ticketId);
  }

  /** Hold a thread from now on: events for it are kept while its pages are on their way. */
  openThread(ticketId: number): Thread {
    let thread = this.#threads.get(ticketId);
    if (thread) {
      // Re-inserted, so that the map's order is by last use.
      this.#threads.delete(ticketId);
    } else {
      thread = { messages: [], seqs: new Map(), complete: false };
    }
    this.#threads.set(ticketId, thread);
    for (const id of this.#threads.keys()) {
      if (this.#threads.size <= MAX_THREADS) break;
      this.#threads.delete(id);
    }
    return thread;
  }

  takeMessages(ticketId: number, page: Page<Message>): void {
    const thread = this.#threads.get(ticketId);
    if (!thread) return;
    for (const message of page.items) this.#putMessage(thread, message, page.seq);
    if (page.next_cursor === null) thread.complete = true;
    this.#listen({ ...noChange(), threads: new Set([ticketId]) });
  }

  /** A message answered to a command: as new as anything seen so far. */
  takeMessage(message: Message): void {
    const thread = this.#threads.get(message.ticket_id);
    if (!thread) return;
    // An event about it may have come first and know more (already sent, say).
    if (thread.seqs.has(message.id)) return;
    this.#putMessage(thread, message, 0);
    this.#listen({ ...noChange(), threads: new Set([message.ticket_id]) });
  }

  /** A known message as answered to a command that was given when the cursor was at `seq`. */
  updateMessage(message: Message, seq: number): void {
    const thread = this.#threads.get(message.ticket_id);
    if (!thread) return;
    this.#putMessage(thread, message, seq);
    this.#listen({ ...noChange(), threads: new Set([message.ticket_id]) });
  }

  #putMessage(thread: HeldThread, message: Message, seq: number): boolean {
    const known = thread.seqs.get(message.id);
    if (known !== undefined && known > seq) return false;
    thread.seqs.set(message.id, seq);
    const messages = [...thread.messages];
    let at = messages.length;
    while (at > 0 && (messages[at - 1] as Message).id > message.id) at -= 1;
    if (at > 0 && (messages[at - 1] as Message).id === message.id) messages[at - 1] = message;
    else messages.splice(at, 0, message);
    thread.messages = messages;
    return known === undefined;
  }

  // -- events

  applyEvents(events: readonly HubEvent[]): void {
    const change = noChange();
    // A change of hands says "left" to all and then shows the ticket to those who may see it:
    // for them it never left, and its thread stays open under their eyes.
    const back = new Map<number, number>();
    for (const event of events) {
      if (event.kind === 'ticket.created' || event.kind === 'ticket.updated') {
        back.set(event.data.id, event.seq);
      }
    }
    for (const event of events) {
      if (event.kind !== 'ticket.left' || (back.get(event.data.id) ?? 0) < event.seq) {
        this.#apply(event, change);
      }
      if (event.seq > this.cursor) this.cursor = event.seq;
    }
    this.#listen(change);
  }

  /** Nothing that the agent may see happened up to `seq`. */
  advance(seq: number): void {
    if (seq > this.cursor) this.cursor = seq;
  }

  #apply(event: HubEvent, change: Change): void {
    switch (event.kind) {
      case 'ticket.created':
      case 'ticket.updated': {
        const left = this.#leftAt.get(event.data.id);
        if (left !== undefined && left > event.seq) return;
        this.#leftAt.delete(event.data.id);
        this.#touched.add(event.data.id);
        if (this.#put(event.data)) change.tickets = true;
        return;
      }
      case 'ticket.left':
        this.#leftAt.set(event.data.id, event.seq);
        this.#drop(event.data.id);
        change.tickets = true;
        change.threads.add(event.data.id);
        return;
      case 'message.created':
      case 'message.updated': {
        const message = event.data;
        const thread = this.#threads.get(message.ticket_id);
        const isNew = thread ? this.#putMessage(thread, message, event.seq) : true;
        if (thread) change.threads.add(message.ticket_id);
        if (event.kind === 'message.created' && isNew && message.direction === 'inbound') {
          change.arrived.push(message);
        }
        return;
      }
      case 'agent.updated':
        this.agents.set(event.data.id, event.data);
        change.agents = true;
        return;
      case 'system.changed':
        this.parts = event.data.parts;
        change.parts = true;
        return;
      case 'config.changed':
        change.config = true;
    }
  }

  // -- the agent's own edits, shown before they are confirmed

  /** Show `edit` at once; the answer is called when the server has decided. */
  edit(ticketId: number, edit: Edit): () => void {
    this.#edits.set(ticketId, [...(this.#edits.get(ticketId) ?? []), edit]);
    this.#show(ticketId);
    this.#listen({ ...noChange(), tickets: true });
    return () => {
      const rest = (this.#edits.get(ticketId) ?? []).filter((other) => other !== edit);
      if (rest.length) this.#edits.set(ticketId, rest);
      else this.#edits.delete(ticketId);
      this.#show(ticketId);
      this.#listen({ ...noChange(), tickets: true });
    };
  }

  // -- inside

  #put(ticket: Ticket): boolean {
    const held = this.#held.get(ticket.id);
    if (held && held.version > ticket.version) return false;
    this.#held.set(ticket.id, ticket);
    this.#show(ticket.id);
    if (ticket.status === 'resolved') this.#trimResolved();
    return true;
  }

  #show(id: number): void {
    const held = this.#held.get(id);
    if (!held) return;
    const edits = this.#edits.get(id);
    this.tickets.set(id, edits ? Object.assign({}, held, ...edits) : held);
  }

  #drop(id: number): void {
    this.#held.delete(id);
    this.#edits.delete(id);
    this.#threads.delete(id);
    this.tickets.delete(id);
  }

  #resolvedSinceTrim = 0;

  #trimResolved(): void {
    this.#resolvedSinceTrim += 1;
    if (this.#resolvedSinceTrim < MAX_RESOLVED) return;
    this.#resolvedSinceTrim = 0;
    const resolved = [...this.#held.values()].filter((ticket) => ticket.status === 'resolved');
    resolved.sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at));
    for (const ticket of resolved.slice(0, -MAX_RESOLVED)) {
      if (!this.#threads.has(ticket.id)) this.#drop(ticket.id);
    }
  }
}

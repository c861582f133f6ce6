// The keyboard, where no field has it.
import { tick } from 'svelte';
import { bulk } from '../bulk/store.svelte.ts';
import { assignToMe, setStatus } from './actions.ts';
import { commands } from './commands.svelte.ts';
import { queue } from './queue.svelte.ts';
import { type Listing, type PageName, route } from './route.svelte.ts';
import { session } from './session.svelte.ts';

const SEQUENCE_MS = 1_200;
const views: Record<string, Listing> = {
  m: 'mine',
  l: 'all',
  u: 'unassigned',
  d: 'due',
  b: 'breached',
  o: 'bot',
  s: 'snoozed',
  r: 'resolved',
  c: 'callbacks',
};

const pageKeys: Record<string, PageName> = {
  v: 'supervisor',
  w: 'wallboard',
  i: 'incidents',
  p: 'reports',
  k: 'knowledge',
  h: 'bot',
  t: 'sla',
  a: 'accounts',
};

let afterG = 0;

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input, textarea, select'));

const list = (): HTMLElement | null =>
  document.querySelector('[data-queue]') ?? document.querySelector('.callbacks button');

/** Among promised calls, which are few, the focus itself moves. */
function moveCall(step: number): void {
  const calls = [...document.querySelectorAll<HTMLElement>('.callbacks .open')];
  const at = calls.indexOf(document.activeElement as HTMLElement);
  calls[Math.max(0, Math.min(calls.length - 1, at < 0 ? 0 : at + step))]?.focus();
}

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (session.phase !== 'ready' || commands.dialog !== null || inField(event.target)) return;
  // An open menu or dialog has the keyboard.
  if ((event.target as Element | null)?.closest?.('[popover], dialog')) return;

  if (afterG > Date.now()) {
    afterG = 0;
    const view = views[event.key];
    if (event.key === 'n') {
      event.preventDefault();
      document.querySelector<HTMLElement>('.icon-button.bell')?.click();
      return;
    }
    if (view) {
      event.preventDefault();
      queue.show(view);
      list()?.focus();
      return;
    }
    const page = pageKeys[event.key];
    if (page && session.supervises) {
      event.preventDefault();
      route.go({ page });
      return;
    }
  }
  if (event.key === '?') {
    event.preventDefault();
    commands.dialog = 'help';
    return;
  }
  if (event.key === 'g') {
    afterG = Date.now() + SEQUENCE_MS;
    return;
  }
  if (event.key === 'c') {
    event.preventDefault();
    commands.dialog = 'call';
    return;
  }
  if (route.place.page !== 'queue') return;

  const open = route.place.ticket === null ? undefined : session.tickets.get(route.place.ticket);
  const run = keyed(event.key, open !== undefined);
  if (!run) return;
  event.preventDefault();
  run();
}

function keyed(key: string, hasTicket: boolean): (() => void) | null {
  const ticket = () => {
    const found = session.tickets.get(route.place.ticket ?? -1);
    if (!found) throw new Error('No ticket is open');
    return found;
  };
  switch (key) {
    case 'j':
    case 'ArrowDown':
    case 'k':
    case 'ArrowUp':
      return () => {
        const step = key === 'j' || key === 'ArrowDown' ? 1 : -1;
        if (route.place.view === 'callbacks') {
          moveCall(step);
          return;
        }
        list()?.focus();
        queue.move(step);
      };
    case 'Enter': {
      const at = queue.at;
      // On a button or a link, Enter is theirs.
      if (at === null || document.activeElement?.matches('button, a, summary')) return null;
      return () => queue.open(at);
    }
    case '/':
      return () => {
        // The list of promised calls has no search of its own.
        if (route.place.view === 'callbacks') queue.show('all');
        void tick().then(() => document.getElementById('search')?.focus());
      };
    case 'x':
    case 'X': {
      const at = queue.at ?? route.place.ticket;
      if (at === null || route.place.view === 'callbacks') return null;
      return () => {
        if (key === 'x') bulk.toggle(at);
        else bulk.extend(at);
      };
    }
    case 'Escape':
      return () => {
        if (bulk.active && !commands.details) bulk.clear();
        else if (commands.details) commands.details = false;
        else list()?.focus();
      };
    case 'r':
      return hasTicket ? () => commands.write('reply') : null;
    case 'l':
      return hasTicket ? () => commands.write('logged') : null;
    case 'p':
      return hasTicket ? () => commands.promise() : null;
    case 'n':
      return hasTicket ? () => commands.write('note') : null;
    case 'i':
      return hasTicket ? () => commands.suggest() : null;
    case 'w': {
      // To whoever has the ticket; there is nobody to tell of one's own.
      const ear = hasTicket && session.supervises ? ticket().assignee_id : null;
      return ear !== null && ear !== session.agent.id ? () => commands.write('whisper') : null;
    }
    case 'a':
      return hasTicket ? () => void assignToMe(ticket()) : null;
    case 'e':
      return hasTicket && ticket().status !== 'resolved'
        ? () => void setStatus(ticket(), { status: 'resolved' })
        : null;
    default:
      return null;
  }
}

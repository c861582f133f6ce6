// The keyboard, where no field has it.
import type { ViewName } from '../api.ts';
import { assignToMe, setStatus } from './actions.ts';
import { commands } from './commands.svelte.ts';
import { queue } from './queue.svelte.ts';
import { route } from './route.svelte.ts';
import { session } from './session.svelte.ts';

const SEQUENCE_MS = 1_200;
const views: Record<string, ViewName> = {
  m: 'mine',
  l: 'all',
  u: 'unassigned',
  d: 'due',
  b: 'breached',
  o: 'bot',
  s: 'snoozed',
  r: 'resolved',
};

let afterG = 0;

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input, textarea, select'));

const list = (): HTMLElement | null => document.querySelector('[role="listbox"]');

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (session.phase !== 'ready' || commands.dialog !== null || inField(event.target)) return;
  // An open menu has the keyboard.
  if ((event.target as Element | null)?.closest?.('[popover]')) return;

  if (afterG > Date.now()) {
    afterG = 0;
    const view = views[event.key];
    if (view) {
      event.preventDefault();
      queue.show(view);
      list()?.focus();
      return;
    }
    if (event.key === 'v' && session.supervises) {
      event.preventDefault();
      route.go({ page: 'supervisor' });
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
        list()?.focus();
        queue.move(key === 'j' || key === 'ArrowDown' ? 1 : -1);
      };
    case 'Enter': {
      const at = queue.at;
      // On a button or a link, Enter is theirs.
      if (at === null || document.activeElement?.matches('button, a, summary')) return null;
      return () => queue.open(at);
    }
    case '/':
      return () => document.getElementById('search')?.focus();
    case 'Escape':
      return () => {
        if (commands.details) commands.details = false;
        else list()?.focus();
      };
    case 'r':
      return hasTicket ? () => commands.write('reply') : null;
    case 'n':
      return hasTicket ? () => commands.write('note') : null;
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

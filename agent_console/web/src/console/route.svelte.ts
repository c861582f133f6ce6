// Where the agent is: kept in the address, so that a reload, a link and "back" lead there.
import type { ViewName } from '../api.ts';

/** What the left pane lists: a view of the queue, or promised calls. */
export type Listing = ViewName | 'callbacks';

export interface Place {
  page: 'queue' | 'supervisor' | 'accounts';
  ticket: number | null;
  view: Listing;
  unit: string | null;
}

const views: readonly Listing[] = [
  'mine',
  'unit',
  'all',
  'unassigned',
  'due',
  'breached',
  'bot',
  'resolved',
  'snoozed',
  'callbacks',
];

function read(): Place {
  const path = location.pathname;
  const query = new URLSearchParams(location.search);
  const asked = query.get('view') as Listing | null;
  const ticket = /^\/console\/t\/(\d+)/.exec(path)?.[1];
  return {
    page: path.startsWith('/console/supervisor')
      ? 'supervisor'
      : path.startsWith('/console/accounts')
        ? 'accounts'
        : 'queue',
    ticket: ticket ? Number(ticket) : null,
    view: asked && views.includes(asked) ? asked : 'all',
    unit: query.get('unit'),
  };
}

function address(place: Place): string {
  if (place.page !== 'queue') return `/console/${place.page}`;
  const query = new URLSearchParams();
  if (place.view !== 'all') query.set('view', place.view);
  if (place.unit) query.set('unit', place.unit);
  const path = place.ticket === null ? '/console' : `/console/t/${place.ticket}`;
  return query.size ? `${path}?${query}` : path;
}

class Route {
  place = $state.raw<Place>(read());

  start(): void {
    addEventListener('popstate', () => {
      this.place = read();
    });
  }

  /** The address of a place, for links that can be opened in another tab. */
  to(change: Partial<Place>): string {
    return address({ ...this.place, ...change });
  }

  go(change: Partial<Place>, replace = false): void {
    const next = { ...this.place, ...change };
    const target = address(next);
    if (target !== location.pathname + location.search) {
      if (replace) history.replaceState(null, '', target);
      else history.pushState(null, '', target);
    }
    this.place = next;
  }
}

export const route = new Route();

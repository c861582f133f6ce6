// Where the agent is: kept in the address, so that a reload, a link and "back" lead there.
import type { ViewName } from '../api.ts';

/** What the left pane lists: a view of the queue, or promised calls. */
export type Listing = ViewName | 'callbacks';

/** Pages beside the queue. */
export const pages = [
  'supervisor',
  'wallboard',
  'incidents',
  'reports',
  'knowledge',
  'bot',
  'sla',
  'accounts',
] as const;
export type PageName = (typeof pages)[number];

export interface Place {
  page: 'queue' | PageName;
  ticket: number | null;
  view: Listing;
  unit: string | null;
  /** What another page than the queue keeps in its address: `?by=unit`, or nothing. */
  search: string;
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
    page: pages.find((name) => path === `/console/${name}`) ?? 'queue',
    ticket: ticket ? Number(ticket) : null,
    view: asked && views.includes(asked) ? asked : 'all',
    unit: query.get('unit'),
    search: location.search,
  };
}

function address(place: Place): string {
  if (place.page !== 'queue') return `/console/${place.page}${place.search}`;
  const query = new URLSearchParams();
  if (place.view !== 'all') query.set('view', place.view);
  if (place.unit) query.set('unit', place.unit);
  const path = place.ticket === null ? '/console' : `/console/t/${place.ticket}`;
  return query.size ? `${path}?${query}` : path;
}

class Route {
  place = $state.raw<Place>(read());
  /** A page with unsaved work: asked before another page is shown; false stays. */
  leaving: ((next: Place) => boolean) | null = null;

  start(): void {
    addEventListener('popstate', () => {
      const next = read();
      if (this.#mayGo(next)) this.place = next;
      // The address has moved already: it is brought back to what is on the screen.
      else history.pushState(null, '', address(this.place));
    });
  }

  #mayGo(next: Place): boolean {
    return next.page === this.place.page || this.leaving === null || this.leaving(next);
  }

  /** The address of a place, for links that can be opened in another tab. */
  to(change: Partial<Place>): string {
    return address(this.#after(change));
  }

  /** What one page keeps in its address is nothing to another. */
  #after(change: Partial<Place>): Place {
    const stays = change.page === undefined || change.page === this.place.page;
    return { ...this.place, search: stays ? this.place.search : '', ...change };
  }

  go(change: Partial<Place>, replace = false): void {
    const next = this.#after(change);
    if (!this.#mayGo(next)) return;
    const target = address(next);
    if (target !== location.pathname + location.search) {
      if (replace) history.replaceState(null, '', target);
      else history.pushState(null, '', target);
    }
    this.place = next;
  }
}

export const route = new Route();

// Which tickets are selected: by number, so that rows may move, leave the screen and come back.

export interface Selection {
  readonly ids: ReadonlySet<number>;
  /** Where a range begins: the one that was selected or left out last. */
  readonly anchor: number | null;
}

export const none: Selection = { ids: new Set(), anchor: null };

/** Select one, or leave it out again. */
export function toggle(held: Selection, id: number): Selection {
  const ids = new Set(held.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/**
 * Everything from the anchor to `id`, in the order of the list, on top of what is selected.
 * Without an anchor in the list `id` alone.
 */
export function extend(held: Selection, order: readonly number[], id: number): Selection {
  const to = order.indexOf(id);
  if (to < 0) return held;
  const from = held.anchor === null ? -1 : order.indexOf(held.anchor);
  if (from < 0) return { ids: new Set([...held.ids, id]), anchor: id };
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...held.ids, ...range]), anchor: held.anchor };
}

export const all = (held: Selection, order: readonly number[]): Selection => ({
  ids: new Set([...held.ids, ...order]),
  anchor: held.anchor ?? order[0] ?? null,
});

/** Without those that `known` says no to: taken away from this person. */
export function pruned(held: Selection, known: (id: number) => boolean): Selection {
  const ids = [...held.ids].filter(known);
  if (ids.length === held.ids.size) return held;
  const anchor = held.anchor !== null && known(held.anchor) ? held.anchor : null;
  return { ids: new Set(ids), anchor };
}

/** In pieces that the hub takes. */
export function pieces(ids: readonly number[], most: number): number[][] {
  const found: number[][] = [];
  for (let at = 0; at < ids.length; at += most) found.push(ids.slice(at, at + most));
  return found;
}

// What the wallboard keeps in its address: `?unit=billing&density=desk`.

export type Density = 'wall' | 'desk';

export interface WallPlace {
  unit: string | null;
  density: Density;
}

export function wallPlace(search: string): WallPlace {
  const query = new URLSearchParams(search);
  return {
    unit: query.get('unit') || null,
    density: query.get('density') === 'desk' ? 'desk' : 'wall',
  };
}

export function wallSearch(place: WallPlace): string {
  const query = new URLSearchParams();
  if (place.unit) query.set('unit', place.unit);
  if (place.density === 'desk') query.set('density', 'desk');
  return query.size ? `?${query}` : '';
}

/** The board's measure in pixels: a hundredth of the height of a 16:9 screen; on a desk, where
 * the reader is near, less, so that more rows fit. */
export function unitOf(width: number, height: number, density: Density): number {
  const wall = Math.min(height / 100, (width * 9) / 1600);
  return density === 'wall' ? wall : Math.max(wall * 0.62, 5.4);
}

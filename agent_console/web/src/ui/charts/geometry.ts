// What the charts compute before they draw: ticks of time, labels that do not overlap, text that
// fits. Pure; widths are in CSS pixels.

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Lengths of time that people name, in seconds. */
const spans = [
  1, 5, 10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,
  2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY,
  60 * DAY, 120 * DAY, 360 * DAY,
];

/** "30 s", "15 min", "4 h", "2 d": a round length of time. */
export function shortSpan(seconds: number): string {
  const said = (unit: number, name: string) => `${Number((seconds / unit).toFixed(1))} ${name}`;
  if (seconds >= DAY) return said(DAY, 'd');
  if (seconds >= HOUR) return said(HOUR, 'h');
  if (seconds >= MINUTE) return said(MINUTE, 'min');
  return said(1, 's');
}

/** Equal steps from 0 to `most` or a little less, at most `wanted` of them. */
export function evenSpans(most: number, wanted: number): number[] {
  const step =
    spans.find((span) => most / span <= wanted) ?? Math.ceil(most / wanted / (360 * DAY)) * 360 * DAY;
  const ticks: number[] = [];
  for (let at = 0; at <= most; at += step) ticks.push(at);
  return ticks;
}

/** Named lengths between two times, for an axis on which each step is longer than the last. */
export const namedSpans = (least: number, most: number): number[] =>
  spans.filter((span) => span >= least && span <= most);

/** Whether times lie so far apart that an even axis would press the short ones together. */
export function farApart(values: readonly number[]): boolean {
  const positive = values.filter((value) => value > 0);
  return positive.length > 1 && Math.max(...positive) / Math.min(...positive) > 30;
}

/** Those of `at` (ascending) that are at least `gap` apart, the first and greedily onwards. */
export function spaced<T>(items: readonly T[], position: (item: T) => number, gap: number): T[] {
  const kept: T[] = [];
  let last = -Infinity;
  for (const item of items) {
    if (position(item) - last < gap) continue;
    kept.push(item);
    last = position(item);
  }
  return kept;
}

/** Every how-manieth of `count` labels has room, if each needs `label` of `width`. */
export const everyNth = (count: number, width: number, label: number): number =>
  Math.max(1, Math.ceil((count * label) / Math.max(1, width)));

/** `text` cut to `width` with an ellipsis; `measure` gives a text's width. */
export function fitted(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(`${text.slice(0, middle).trimEnd()}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/** The room that labels get: what the widest needs, but at most a share of the whole. */
export const labelRoom = (
  labels: readonly string[],
  whole: number,
  measure: (text: string) => number,
): number => Math.floor(Math.min(whole * 0.34, Math.ceil(Math.max(40, ...labels.map(measure)))));

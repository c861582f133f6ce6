// Near-duplicates in one sentence.
import type { SimilarTicket } from '../api.ts';

/** "3 reports like this within 120 m and a day of this one": how far apart at most. */
export function similarWords(found: readonly SimilarTicket[]): string {
  const reports = found.length === 1 ? '1 report' : `${found.length} reports`;
  const far = found.map((near) => near.distance_metres).filter((far) => far !== null);
  const metres = far.length ? `${Math.max(10, Math.ceil(Math.max(...far) / 10) * 10)} m and ` : '';
  const hours = Math.max(...found.map((near) => near.seconds_apart)) / 3_600;
  const days = Math.ceil(hours / 24);
  const span = hours <= 1 ? 'an hour' : days <= 1 ? 'a day' : `${days} days`;
  return `${reports} like this within ${metres}${span} of this one`;
}

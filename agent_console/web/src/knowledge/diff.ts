// A difference as it is read: by field, long stretches that stayed the same folded away.
import type { ArticleState, DiffLine, FieldDiff, VersionLine } from './api.ts';
import { fieldNames } from './draft.ts';

/** Unchanged lines kept around a change. */
const AROUND = 2;

export type Row = { op: DiffLine['op']; text: string } | { op: 'fold'; count: number; lines: string[] };

/** The rows of a field; more than one unchanged line far from any change is folded. */
export function rows(lines: readonly DiffLine[], around = AROUND): Row[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line.op !== 'same'),
  );
  const found: Row[] = [];
  let folded: string[] = [];
  const flush = () => {
    if (folded.length === 1) found.push({ op: 'same', text: folded[0] ?? '' });
    else if (folded.length) found.push({ op: 'fold', count: folded.length, lines: folded });
    folded = [];
  };
  lines.forEach((line, index) => {
    if (near[index]) {
      flush();
      found.push({ op: line.op, text: line.text });
    } else folded.push(line.text);
  });
  flush();
  return found;
}

/** Only fields in which something changed, in the order of the page. */
export const changed = (fields: readonly FieldDiff[]): FieldDiff[] =>
  fields
    .filter((field) => field.lines.some((line) => line.op !== 'same'))
    .sort((a, b) => place(a.field) - place(b.field));

const place = (field: string): number => {
  const at = (fieldNames as string[]).indexOf(field);
  return at < 0 ? fieldNames.length : at;
};

/** "2 lines added, 1 removed". */
export function summary(field: FieldDiff): string {
  const count = (op: DiffLine['op']) => field.lines.filter((line) => line.op === op).length;
  const [added, removed] = [count('added'), count('removed')];
  const lines = (number: number) => `${number} line${number === 1 ? '' : 's'}`;
  if (added && removed) return `${lines(added)} added, ${removed} removed`;
  return added ? `${lines(added)} added` : `${lines(removed)} removed`;
}

/** Which two versions to compare first: the newest with the one in use, or with the one before. */
export function firstPair(
  versions: readonly VersionLine[],
  published: number | null,
): { from: number; to: number } | null {
  const newest = versions[0];
  if (newest === undefined || versions.length < 2) return null;
  const used = published !== null && published !== newest.number ? published : null;
  return { from: used ?? versions[1]?.number ?? newest.number, to: newest.number };
}

/** What a version was for those who read it. */
export function versionWords(state: ArticleState, number: number, published: number | null): string {
  if (number === published) return 'In use';
  switch (state) {
    case 'published':
      return 'Was in use';
    case 'review':
      return 'Sent for review';
    case 'archived':
      return 'Out of use';
    case 'draft':
      return 'Draft';
  }
}

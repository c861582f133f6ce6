// Text from outside, made safe to read: links found, invisible direction marks shown.

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mark'; text: string; name: string };

// Characters that change how the text around them is read without being seen: direction
// controls, zero-width spaces and C0/C1 controls. Joiners (U+200C, U+200D) are left alone,
// because emoji and several scripts need them.
const marks: Record<number, string> = {
  0x061c: 'Arabic letter mark',
  0x200b: 'zero-width space',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'end of direction',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first-strong isolate',
  0x2069: 'end of isolate',
  0xfeff: 'byte order mark',
};

const special =
  /(https?:\/\/[^\s<>"'\u0000-\u001f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]+)|([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff])/giu;

/** A link without the punctuation of the sentence it stands in. */
function trimLink(link: string): string {
  let end = link.length;
  while (end > 0) {
    const last = link[end - 1] as string;
    const open = last === ')' ? '(' : last === ']' ? '[' : null;
    const unbalanced =
      open !== null &&
      link.slice(0, end).split(open).length < link.slice(0, end).split(last).length;
    if (/[.,;:!?'"…]/.test(last) || unbalanced) end -= 1;
    else break;
  }
  return link.slice(0, end);
}

export function pieces(body: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) found.push({ kind: 'text', text: body.slice(from, to) });
  };
  for (const match of body.matchAll(special)) {
    if (match.index < from) continue;
    plain(match.index);
    if (match[1]) {
      const text = trimLink(match[1]);
      if (URL.canParse(text)) found.push({ kind: 'link', text, href: new URL(text).href });
      else found.push({ kind: 'text', text });
      from = match.index + text.length;
    } else {
      const code = match[0].codePointAt(0) ?? 0;
      const text = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
      found.push({ kind: 'mark', text, name: marks[code] ?? 'control character' });
      from = match.index + match[0].length;
    }
  }
  plain(body.length);
  return found;
}

/** One line of text for a list: marks shown as U+FFFD, white space folded. */
export const oneLine = (text: string): string =>
  text
    .replace(special, (_all, link: string | undefined) => link ?? '\ufffd')
    .replace(/\s+/g, ' ')
    .trim();

const light: readonly [number, number][] = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];
const X_LINK = 23;

/**
 * Characters as the channel counts them. X weighs: most scripts 1, others (and emoji) 2, and
 * every link 23 (docs.x.com, "Counting characters"); elsewhere it is code points.
 */
export function countFor(channel: string, body: string): number {
  const text = body.normalize('NFC');
  if (channel !== 'x') return [...text].length;
  let count = 0;
  const rest = text.replace(/https?:\/\/\S+/gi, () => {
    count += X_LINK;
    return '';
  });
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(rest)) {
    if (/\p{Extended_Pictographic}/u.test(segment)) {
      count += 2;
      continue;
    }
    for (const character of segment) {
      const code = character.codePointAt(0) ?? 0;
      count += light.some(([low, high]) => code >= low && code <= high) ? 1 : 2;
    }
  }
  return count;
}

/** "850-891-4968" for ten digits of a North American number; others as they are. */
export function phoneNumber(address: string): string {
  const digits = /^(?:\+?1)?(\d{3})(\d{3})(\d{4})$/.exec(address.replaceAll(/[\s().-]/g, ''));
  return digits ? `${digits[1]}-${digits[2]}-${digits[3]}` : address;
}

export function initials(name: string): string {
  const words = name.replace(/^@/, '').split(/[\s._-]+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

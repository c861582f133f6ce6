// In how many parts a long reply is sent: packed like the connectors pack it, after sentences
// where that goes, between words where it must, each part with room for its number.

type Count = (text: string) => number;

const WORD = /\s*\S+/g;
const ENDS_SENTENCE = /[.!?…。！？]["'”’)\]]*$/;

/** Sentences and lines, each with the white space in front of it. */
function* sentences(text: string): Generator<string> {
  let sentence = '';
  for (const [word] of text.matchAll(WORD)) {
    if (sentence && /^\s*\n/.test(word)) {
      yield sentence;
      sentence = '';
    }
    sentence += word;
    if (ENDS_SENTENCE.test(word)) {
      yield sentence;
      sentence = '';
    }
  }
  if (sentence) yield sentence;
}

/** The words of a sentence; a word too long for a part counts for as many as it fills. */
function chunksOf(text: string, room: number, count: Count): number {
  const fits = (piece: string) => count(piece.trim()) <= room;
  let chunks = 0;
  let chunk = '';
  const close = () => {
    if (chunk.trim()) chunks += 1;
    chunk = '';
  };
  for (const sentence of sentences(text)) {
    if (fits(chunk + sentence)) {
      chunk += sentence;
      continue;
    }
    close();
    for (const [word] of sentence.matchAll(WORD)) {
      if (fits(chunk + word)) {
        chunk += word;
        continue;
      }
      close();
      if (fits(word)) chunk = word;
      else chunks += Math.ceil(count(word.trim()) / Math.max(1, room));
    }
  }
  close();
  return chunks;
}

export function partsFor(text: string, limit: number | null, count: Count): number {
  if (limit === null || count(text.trim()) <= limit) return 1;
  let total = 2;
  for (;;) {
    const chunks = chunksOf(text, limit - ` (${total}/${total})`.length, count);
    if (chunks <= total) return chunks;
    total = chunks;
  }
}

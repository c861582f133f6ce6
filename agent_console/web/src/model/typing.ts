// Who is writing right now, as far as anybody said in the last seconds.

/** A notice is worth this long: they are sent again every few seconds while somebody writes. */
export const TYPING_MS = 6_000;

export interface Writer {
  by: 'agent' | 'customer';
  name: string;
}

interface Heard extends Writer {
  at: number;
}

export class Typing {
  #heard = new Map<number, Heard[]>();

  hear(ticketId: number, writer: Writer, now: number): void {
    const others = (this.#heard.get(ticketId) ?? []).filter(
      (known) => known.by !== writer.by || known.name !== writer.name,
    );
    this.#heard.set(ticketId, [...others, { ...writer, at: now }]);
  }

  /** What somebody wrote has arrived: they are not writing it any more. */
  arrived(ticketId: number, by: Writer['by']): void {
    const rest = (this.#heard.get(ticketId) ?? []).filter((known) => known.by !== by);
    if (rest.length) this.#heard.set(ticketId, rest);
    else this.#heard.delete(ticketId);
  }

  /** Who is writing on a ticket, without the agent called `self`. */
  writers(ticketId: number, self: string, now: number): Writer[] {
    return (this.#heard.get(ticketId) ?? []).filter(
      (known) => now - known.at < TYPING_MS && !(known.by === 'agent' && known.name === self),
    );
  }
}

export function typingWords(writers: readonly Writer[], customer: string): string {
  const names = writers.map((writer) => (writer.by === 'customer' ? customer : writer.name));
  if (!names.length) return '';
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}

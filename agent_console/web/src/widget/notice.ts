// What the visitor may expect, in a line above the text box: their place in the queue, who
// looks after them, when people are back, and the way to leave a message.
import { button, make } from './elements.ts';
import type { Standing } from './protocol.ts';
import { backAt, say, type Language, type Texts } from './texts.ts';

export class Notice {
  readonly element: HTMLElement;
  zone = 'UTC';
  /** A message was left since the page was opened. */
  left = false;
  /** The form is offered, since it is not open. */
  offers = true;
  #text = make('span', {});
  #offer: HTMLButtonElement;
  #texts: Texts;
  #language: Language;

  constructor(texts: Texts, language: Language, leave: () => void) {
    this.#texts = texts;
    this.#language = language;
    this.#offer = button('plain', texts.leave, leave);
    this.element = make('div', { class: 'notice', hidden: '' });
    // The words alone are announced when they change.
    this.element.append(make('p', { role: 'status' }, this.#text), this.#offer);
  }

  show(standing: Standing): void {
    const words = this.#words(standing);
    if (this.#text.textContent !== words) this.#text.textContent = words;
    this.#offer.hidden =
      standing.open || standing.status === 'with_agent' || this.left || !this.offers;
    this.element.hidden = !words;
  }

  #words({ status, position, agent, open, opens_at }: Standing): string {
    const texts = this.#texts;
    if (status === 'with_agent') return agent ? say(texts.withAgent, agent) : texts.withPerson;
    if (!open) {
      const back = backAt(this.#language, opens_at, this.zone);
      return say(this.left ? texts.left : texts.closed, back);
    }
    if (status !== 'waiting' || !position) return '';
    return position === 1 ? texts.next : say(texts.position, position);
  }
}

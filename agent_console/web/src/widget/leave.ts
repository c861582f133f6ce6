// The message form for when nobody is there.
import { button, make } from './elements.ts';
import { errorText, type Texts } from './texts.ts';

export interface Left {
  name: string;
  contact: string;
  body: string;
}

export class LeaveForm {
  readonly element: HTMLFormElement;
  #name: HTMLInputElement;

  constructor(texts: Texts, sent: (left: Left) => void, back: () => void) {
    const input = (id: string, complete: string) =>
      make('input', { id, autocomplete: complete, maxlength: '120', dir: 'auto' });
    this.#name = input('name', 'name');
    const contact = input('contact', 'email');
    const body = make('textarea', { id: 'body', rows: '4', maxlength: '4000', dir: 'auto' });
    const wrong = make('p', { class: 'wrong', role: 'alert', id: 'wrong' });
    contact.setAttribute('aria-describedby', 'wrong');
    for (const needed of [contact, body]) needed.setAttribute('aria-required', 'true');
    this.element = make(
      'form',
      { class: 'leave', novalidate: '', 'aria-label': texts.leave, hidden: '' },
      make('p', {}, texts.leaveHint),
      make('label', { for: 'name' }, texts.name),
      this.#name,
      make('label', { for: 'contact' }, texts.contact),
      contact,
      make('label', { for: 'body' }, texts.yours),
      body,
      wrong,
      make('button', { class: 'primary', type: 'submit' }, texts.send),
      button('plain', texts.back, back),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      const left = { name: this.#name.value, contact: contact.value.trim(), body: body.value.trim() };
      // The hub looks closely; this only spares a round trip.
      const reachable = /\S@\S+\.\S|(\d\D*){7}/.test(left.contact);
      wrong.textContent = reachable ? '' : errorText(texts, 'no-contact');
      if (!left.body) wrong.textContent = errorText(texts, 'empty');
      contact.setAttribute('aria-invalid', String(!reachable));
      body.setAttribute('aria-invalid', String(!left.body));
      if (!reachable) contact.focus();
      else if (!left.body) body.focus();
      else {
        sent(left);
        body.value = '';
      }
    });
  }

  focus(): void {
    this.#name.focus();
  }
}

// The chat on any page: <script src="https://hub/widget.js" data-account="web" async></script>.
// One custom element with its own shadow root: the page's styles stay out, ours stay in.
import { Conversation, type ChatMessage, type Line } from './conversation.ts';
import { styles } from './styles.ts';

const script = document.currentScript as HTMLScriptElement | null;
// A socket behind the page's back would be refused by its policy anyway: only the hub's own.
const hub = new URL(script?.src ?? location.href).origin;

const icon = (path: string) =>
  `<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;
const CHAT = icon('M4 5h16v11H10l-5 4v-4H4z');
const CLOSE = icon('M6 6l12 12M18 6 6 18');
const SEND = icon('M4 12h15M13 6l6 6-6 6');

/** An element with its properties and children; text only ever goes in as text. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const clockTime = (iso: string): string =>
  new Date(iso).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });

class SwitchboardChat extends HTMLElement {
  #talk!: Conversation;
  #launcher!: HTMLButtonElement;
  #panel!: HTMLElement;
  #log!: HTMLElement;
  #state!: HTMLElement;
  #input!: HTMLTextAreaElement;
  #intro!: HTMLElement;
  #badge!: HTMLElement;
  #open = false;
  #unread = 0;
  #drawn = new Map<string, HTMLElement>();

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const account = this.dataset['account'] ?? 'web';
    const title = this.dataset['title'] ?? 'Ask the city';
    const root = this.attachShadow({ mode: 'open' });
    // Not a <style>: a page's policy against inline styles does not reach this.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];

    this.#badge = make('span', { class: 'badge', hidden: '' });
    this.#launcher = make('button', {
      class: 'launcher',
      type: 'button',
      'aria-haspopup': 'dialog',
      'aria-expanded': 'false',
    });
    this.#launcher.innerHTML = CHAT;
    this.#launcher.append(make('span', { class: 'label' }, title), this.#badge);
    this.#launcher.addEventListener('click', () => this.#show(!this.#open));

    const close = make('button', { class: 'close', type: 'button', 'aria-label': 'Close chat' });
    close.innerHTML = CLOSE;
    close.addEventListener('click', () => this.#show(false));
    this.#state = make('p', { class: 'state', role: 'status' });
    this.#intro = make('p', { class: 'intro' });
    this.#log = make('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'polite',
      'aria-label': 'Messages',
      tabindex: '0',
    });
    this.#input = make('textarea', {
      rows: '1',
      'aria-label': 'Your message',
      placeholder: 'Write a message',
      maxlength: '4000',
      dir: 'auto',
    });
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#say();
      }
    });
    const send = make('button', { class: 'send', type: 'submit', 'aria-label': 'Send' });
    send.innerHTML = SEND;
    const form = make('form', {}, this.#input, send);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#panel = make(
      'section',
      { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: '' },
      make('header', {}, make('h2', { id: 'title' }, title), close),
      this.#state,
      this.#log,
      form,
    );
    this.#log.append(this.#intro);
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#show(false);
    });
    root.append(this.#panel, this.#launcher);

    this.#talk = new Conversation(hub, account, {
      drawn: () => this.#draw(),
      state: (live) => {
        this.#state.textContent = live ? '' : 'Connecting… What you write is kept and sent.';
      },
      welcome: (bot, city) => {
        this.#intro.textContent = bot
          ? `You are writing with ${city}’s automated assistant. It says so when a person takes over. In an emergency call 911.`
          : `You are writing with ${city}. A person will answer. In an emergency call 911.`;
      },
      arrived: () => {
        if (!this.#open) {
          this.#unread += 1;
          this.#badge.textContent = String(this.#unread);
          this.#badge.hidden = false;
          this.#label();
        }
      },
    });
    this.#label();
    // Who has talked before gets the answer that came meanwhile; nobody else is connected
    // before they ask.
    if (this.#talk.known) this.#talk.start();
  }

  disconnectedCallback(): void {
    this.#talk.stop();
  }

  #label(): void {
    const unread = this.#unread ? `, ${this.#unread} new` : '';
    this.#launcher.setAttribute(
      'aria-label',
      this.#open ? 'Close chat' : `${this.dataset['title'] ?? 'Ask the city'}${unread}`,
    );
  }

  #show(open: boolean): void {
    this.#open = open;
    this.#panel.hidden = !open;
    this.#launcher.setAttribute('aria-expanded', String(open));
    this.#launcher.classList.toggle('on', open);
    if (open) {
      this.#unread = 0;
      this.#badge.hidden = true;
      this.#talk.start();
      this.#log.scrollTop = this.#log.scrollHeight;
      this.#input.focus();
    } else {
      this.#launcher.focus();
    }
    this.#label();
  }

  #say(body = this.#input.value, fromInput = true): void {
    const text = body.trim();
    if (!text) return;
    if (fromInput) this.#input.value = '';
    this.#talk.say(text);
    this.#input.focus();
  }

  #draw(): void {
    const nearEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 90;
    const lines = this.#talk.lines;
    const last = lines.at(-1);
    const keep = new Set<string>();
    let before: Element = this.#intro;
    for (const line of lines) {
      // Choices can be taken only while the question is the newest thing said.
      const asks = line === last && (line.message?.choices?.length ?? 0) > 0;
      const look = `${line.id}|${line.state}|${asks}`;
      keep.add(look);
      let element = this.#drawn.get(look);
      if (!element) {
        element = this.#line(line, asks);
        this.#drawn.set(look, element);
      }
      if (before.nextElementSibling !== element) before.after(element);
      before = element;
    }
    for (const [look, element] of this.#drawn) {
      if (keep.has(look)) continue;
      element.remove();
      this.#drawn.delete(look);
    }
    if (nearEnd || last?.mine) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #line(line: Line, asks: boolean): HTMLElement {
    const message: ChatMessage | null = line.message;
    const from = line.mine ? 'you' : (message?.from ?? 'bot');
    const box = make('div', { class: `line ${from} ${line.state}` });
    if (!line.mine && message) {
      const who = from === 'bot' ? `${message.name || 'Assistant'} · automated` : message.name;
      box.append(make('p', { class: 'who', dir: 'auto' }, who));
    } else {
      box.append(make('p', { class: 'unseen' }, 'You'));
    }
    box.append(make('p', { class: 'bubble', dir: 'auto' }, ...links(line.body)));
    if (asks && message) {
      const choices = make('div', { class: 'choices', role: 'group', 'aria-label': 'Choose one' });
      for (const choice of message.choices) {
        const button = make('button', { type: 'button' }, choice.title);
        button.addEventListener('click', () => this.#say(choice.title, false));
        choices.append(button);
      }
      box.append(choices);
    }
    const foot =
      line.state === 'sent'
        ? clockTime(line.at)
        : line.state === 'refused'
          ? `Not sent: ${line.error ?? ''}`
          : 'Sending…';
    box.append(make('p', { class: 'foot' }, foot));
    return box;
  }
}

/** Web addresses in plain text as links; everything else stays text. */
function links(body: string): (Node | string)[] {
  return body.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g).map((piece, index) =>
    index % 2 && URL.canParse(piece)
      ? make('a', { href: piece, target: '_blank', rel: 'noopener noreferrer' }, piece)
      : piece,
  );
}

if (!customElements.get('switchboard-chat')) {
  customElements.define('switchboard-chat', SwitchboardChat);
  const place = () => {
    if (document.querySelector('switchboard-chat')) return;
    const chat = document.createElement('switchboard-chat');
    for (const name of ['account', 'title']) {
      const value = script?.dataset[name];
      if (value) chat.dataset[name] = value;
    }
    document.body.append(chat);
  };
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
}

// The chat on any page: <script src="https://hub/widget.js" data-account="web" async></script>.
// One custom element with its own shadow root: the page's styles stay out, ours stay in.
import { Composer } from './composer.ts';
import { Conversation } from './conversation.ts';
import { button, chatIcon, closeIcon, make, saveIcon } from './elements.ts';
import { LeaveForm } from './leave.ts';
import { lineElement } from './line.ts';
import { Notice } from './notice.ts';
import type { Standing, Upload, Welcome } from './protocol.ts';
import { remember, remembered } from './storage.ts';
import { styles } from './styles.ts';
import { languageOf, say, textsIn, type Language, type Texts } from './texts.ts';

const script = document.currentScript as HTMLScriptElement | null;
// A socket behind the page's back would be refused by its policy anyway: only the hub's own.
const hub = new URL(script?.src ?? location.href).origin;
const TAG = 'switchboard-chat';
const OPEN = 'switchboard.chat.open';
const DRAFT = 'switchboard.chat.draft';
const PERSON_TYPES_MS = 5_000;
const BOT_TYPES_MS = 8_000;

class SwitchboardChat extends HTMLElement {
  static observedAttributes = ['data-identity'];

  #texts!: Texts;
  #language!: Language;
  #talk!: Conversation;
  #launcher!: HTMLButtonElement;
  #panel!: HTMLElement;
  #log!: HTMLElement;
  #state!: HTMLElement;
  #typing!: HTMLElement;
  #intro!: HTMLElement;
  #badge!: HTMLElement;
  #transcript!: HTMLAnchorElement;
  #notice!: Notice;
  #composer!: Composer;
  #leave!: LeaveForm;
  #open = false;
  #unread = 0;
  /** The form for messages was opened unasked. */
  #offered = false;
  #standing: Standing | undefined;
  #typingEnds: ReturnType<typeof setTimeout> | undefined;
  #drawn = new Map<string, HTMLElement>();

  connectedCallback(): void {
    if (!this.shadowRoot) this.#build();
    this.#begin();
    // The panel was open on the page before; the focus is this page's own.
    if (remembered(OPEN) && !this.#open) this.#show(true, false);
  }

  disconnectedCallback(): void {
    this.#talk.stop();
  }

  /** Somebody signed in or out, or their identity was renewed. */
  attributeChangedCallback(_: string, before: string | null, now: string | null): void {
    if (!this.shadowRoot || before === now || !this.isConnected) return;
    const whose = this.#talk.name;
    this.#talk.stop();
    this.#begin();
    // What one person began to write is not the next one's.
    if (this.#talk.name !== whose) {
      this.#composer.clear();
      this.#leave.element.reset();
      remember(DRAFT, '');
    }
    if (this.#open) this.#talk.start();
  }

  get #title(): string {
    return this.dataset['title'] ?? this.#texts.title;
  }

  #build(): void {
    this.#language = languageOf(
      this.dataset['lang'],
      document.documentElement.lang,
      navigator.language,
    );
    const texts = (this.#texts = textsIn(this.#language));
    this.lang = this.#language;
    const root = this.attachShadow({ mode: 'open' });
    // Not a <style>: a page's policy against inline styles does not reach this.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];

    this.#badge = make('span', { class: 'badge', hidden: '' });
    this.#launcher = button('launcher', '', () => this.#show(!this.#open));
    this.#launcher.setAttribute('aria-haspopup', 'dialog');
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.#launcher.append(
      chatIcon(),
      make('span', { class: 'label' }, this.#title),
      this.#badge,
    );
    this.#transcript = make('a', { class: 'tool', hidden: '', 'aria-label': texts.save });
    this.#transcript.title = texts.save;
    this.#transcript.append(saveIcon());
    this.#state = make('p', { class: 'state', role: 'status' });
    this.#intro = make('p', { class: 'intro' });
    this.#typing = make('p', { class: 'typing', role: 'status' });
    this.#log = make(
      'div',
      {
        class: 'log',
        role: 'log',
        'aria-live': 'polite',
        'aria-label': texts.messages,
        tabindex: '0',
      },
      this.#intro,
    );
    this.#notice = new Notice(texts, this.#language, () => this.#leaving(true));
    this.#composer = new Composer(texts, {
      say: (body, files) => this.#say(body, files),
      typing: () => {
        this.#talk.typing();
        remember(DRAFT, this.#composer.input.value);
      },
      upload: (file) => this.#talk.upload(file),
    });
    this.#composer.input.value = remembered(DRAFT);
    this.#leave = new LeaveForm(
      texts,
      ({ body, name, contact }) => this.#talk.say(body, [], { name, contact }),
      () => this.#leaving(false),
    );
    this.#panel = make(
      'section',
      { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: '' },
      make(
        'header',
        {},
        make('h2', { id: 'title' }, this.#title),
        this.#transcript,
        button('tool', texts.close, () => this.#show(false), closeIcon()),
      ),
      this.#state,
      this.#log,
      this.#typing,
      this.#notice.element,
      this.#leave.element,
      this.#composer.element,
    );
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#show(false);
    });
    root.append(this.#panel, this.#launcher);
  }

  /** The conversation of whoever is there now. */
  #begin(): void {
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#talk = new Conversation(
      hub,
      this.dataset['account'] ?? 'web',
      {
        drawn: () => this.#draw(),
        state: (live) => {
          this.#state.textContent = live ? '' : this.#texts.connecting;
        },
        welcome: (welcome) => this.#welcome(welcome),
        standing: (standing) => this.#stand(standing),
        typing: (name) => this.#types(name, PERSON_TYPES_MS),
        arrived: () => {
          this.#types('', 0);
          if (this.#open) return;
          this.#unread += 1;
          this.#label();
        },
        left: () => {
          this.#notice.left = true;
          this.#leaving(false);
        },
        refused: () => {
          this.#state.textContent = this.#texts.signIn;
          // The page may answer with a new data-identity.
          this.dispatchEvent(new CustomEvent('switchboard-identity', { bubbles: true }));
        },
      },
      this.dataset['identity'],
    );
    this.#label();
    // Who has talked before gets the answer that came meanwhile; nobody else is connected
    // before they ask.
    if (this.#talk.known) this.#talk.start();
  }

  #welcome({ city, zone, transcript, standing }: Welcome): void {
    this.#notice.zone = zone;
    this.#transcript.href = `${hub}${transcript}&lang=${this.#language}`;
    this.#intro.textContent = say(
      standing.bot ? this.#texts.introBot : this.#texts.introPeople,
      city,
    );
    // Nobody would answer: a message is what can be had.
    if (!standing.open && !standing.bot && standing.status === 'none' && !this.#offered) {
      this.#offered = true;
      this.#leaving(true, this.#panel.contains(this.shadowRoot?.activeElement ?? null));
    }
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#notice.show(standing);
  }

  #leaving(shown: boolean, focus = true): void {
    this.#leave.element.hidden = !shown;
    this.#composer.element.hidden = shown;
    this.#notice.offers = !shown;
    if (this.#standing) this.#notice.show(this.#standing);
    if (focus && this.#open) this.#focus();
  }

  #focus(): void {
    if (this.#leave.element.hidden) this.#composer.input.focus();
    else this.#leave.focus();
  }

  /** Says that somebody writes, for so long at most. */
  #types(name: string, ms: number): void {
    clearTimeout(this.#typingEnds);
    this.#typing.textContent = name && say(this.#texts.typing, name);
    if (name) this.#typingEnds = setTimeout(() => this.#types('', 0), ms);
  }

  #label(): void {
    this.#badge.textContent = String(this.#unread);
    this.#badge.hidden = !this.#unread;
    this.#launcher.setAttribute(
      'aria-label',
      this.#open
        ? this.#texts.close
        : this.#unread
          ? say(this.#texts.unread, this.#title, this.#unread)
          : this.#title,
    );
  }

  #show(open: boolean, focus = true): void {
    this.#open = open;
    remember(OPEN, open ? '1' : '');
    this.#panel.hidden = !open;
    this.#launcher.setAttribute('aria-expanded', String(open));
    this.#launcher.classList.toggle('on', open);
    if (open) {
      this.#unread = 0;
      this.#talk.start();
      this.#log.scrollTop = this.#log.scrollHeight;
      if (focus) this.#focus();
    } else {
      this.#launcher.focus();
    }
    this.#label();
  }

  #say(body: string, files: Upload[] = []): void {
    remember(DRAFT, '');
    this.#talk.say(body, files);
    const standing = this.#standing;
    if (standing?.bot && (standing.status === 'none' || standing.status === 'bot')) {
      this.#types(this.#texts.assistant, BOT_TYPES_MS);
    }
    this.#composer.input.focus();
  }

  #draw(): void {
    const nearEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 90;
    const lines = this.#talk.lines;
    const last = lines.at(-1);
    const keep = new Set<string>();
    let before: Element = this.#intro;
    for (const line of lines) {
      // Choices can be taken only while the question is the newest thing said.
      const asks = line === last && (line.message?.choices.length ?? 0) > 0;
      const look = `${line.id}|${line.state}|${asks}`;
      keep.add(look);
      let element = this.#drawn.get(look);
      if (!element) {
        element = lineElement(line, asks, hub, this.#texts, this.#language, {
          choose: (title) => this.#say(title),
          again: (key) => this.#talk.again(key),
        });
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
    this.#transcript.hidden = !lines.some((line) => line.message);
    if (nearEnd || last?.mine) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

if (!customElements.get(TAG)) customElements.define(TAG, SwitchboardChat);
const place = () => {
  if (document.querySelector(TAG)) return;
  const chat = document.createElement(TAG);
  for (const name of ['account', 'title', 'lang', 'identity']) {
    const value = script?.dataset[name];
    if (value) chat.dataset[name] = value;
  }
  document.body.append(chat);
};
if (document.body) place();
else addEventListener('DOMContentLoaded', place);

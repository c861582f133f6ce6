// Where the visitor writes: the text, the files that go with it, and the button.
import type { Upload } from './protocol.ts';
import { button, clipIcon, make, sendIcon } from './elements.ts';
import { errorText, say, type Texts } from './texts.ts';

const MOST_FILES = 5;
const LARGEST = 10 * 1024 * 1024;

interface Does {
  say: (body: string, files: Upload[]) => void;
  typing: () => void;
  /** Raises the code of what went wrong. */
  upload: (file: File) => Promise<Upload>;
}

export class Composer {
  readonly element: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  #files: Upload[] = [];
  #list: HTMLElement;
  #note: HTMLElement;
  #texts: Texts;
  #does: Does;

  constructor(texts: Texts, does: Does) {
    this.#texts = texts;
    this.#does = does;
    this.input = make('textarea', {
      rows: '1',
      'aria-label': texts.yours,
      placeholder: texts.write,
      maxlength: '4000',
      dir: 'auto',
    });
    this.input.addEventListener('input', () => {
      if (this.input.value) does.typing();
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#say();
      }
    });
    this.#list = make('div', { class: 'files' });
    this.#note = make('p', { class: 'note', role: 'status' });
    const picker = make('input', {
      type: 'file',
      multiple: '',
      hidden: '',
      accept: 'image/jpeg,image/png,image/gif,image/webp,video/mp4,video/quicktime,audio/*,.pdf',
    });
    picker.addEventListener('change', () => {
      void this.#attach([...(picker.files ?? [])]);
      picker.value = '';
    });
    const send = make('button', { class: 'send', type: 'submit', 'aria-label': texts.send });
    send.append(sendIcon());
    this.element = make(
      'form',
      { class: 'compose' },
      this.#list,
      this.#note,
      picker,
      button('tool', texts.attach, () => picker.click(), clipIcon()),
      this.input,
      send,
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#say();
    });
  }

  clear(): void {
    this.input.value = '';
    this.#files = [];
    this.#note.textContent = '';
    this.#draw();
  }

  #say(): void {
    const text = this.input.value.trim();
    if (!text && !this.#files.length) return;
    const files = this.#files;
    this.clear();
    this.#does.say(text, files);
    this.input.focus();
  }

  async #attach(files: File[]): Promise<void> {
    for (const file of files) {
      this.#note.textContent = say(this.#texts.sendingFile, file.name);
      try {
        if (this.#files.length >= MOST_FILES) throw 'too-many-files';
        if (file.size > LARGEST) throw 'file-too-large';
        this.#files.push(await this.#does.upload(file));
      } catch (code) {
        this.#note.textContent = `${file.name}: ${errorText(this.#texts, String(code))}`;
        continue;
      }
      this.#note.textContent = '';
      this.#draw();
    }
    this.input.focus();
  }

  #draw(): void {
    this.#list.replaceChildren(
      ...this.#files.map((upload) =>
        button('file', `${upload.name} ✕`, () => {
          this.#files = this.#files.filter((one) => one !== upload);
          this.#draw();
          this.input.focus();
        }),
      ),
    );
    [...this.#list.children].forEach((child, index) => {
      child.setAttribute('aria-label', say(this.#texts.remove, this.#files[index]?.name ?? ''));
    });
  }
}

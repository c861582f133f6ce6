// One thing that was said, as it stands in the log.
import type { Line } from './conversation.ts';
import { button, links, make } from './elements.ts';
import { withoutOffered } from './offered.ts';
import { errorText, say, type Language, type Texts } from './texts.ts';

interface Does {
  /** The visitor chose one of what the bot offers. */
  choose: (title: string) => void;
  again: (key: string) => void;
}

export function lineElement(
  line: Line,
  /** Its choices can be taken. */
  asks: boolean,
  hub: string,
  texts: Texts,
  language: Language,
  does: Does,
): HTMLElement {
  const message = line.message;
  const from = line.mine ? 'you' : (message?.from ?? 'bot');
  const box = make('div', { class: `line ${from} ${line.state}` });
  const who =
    from === 'bot' ? say(texts.automated, texts.assistant) : message?.name;
  box.append(
    line.mine
      ? make('p', { class: 'unseen' }, texts.you)
      : make('p', { class: 'who', dir: 'auto' }, who ?? ''),
  );
  const offered = asks ? (message?.choices ?? []) : [];
  const body = withoutOffered(line.body, offered);
  if (body) box.append(make('p', { class: 'bubble', dir: 'auto' }, ...links(body)));
  for (const file of line.files) {
    const name = file.name || texts.file;
    box.append(
      file.url
        ? make('a', { class: 'file', href: hub + file.url, target: '_blank', rel: 'noopener' }, name)
        : make('span', { class: 'file' }, name),
    );
  }
  if (offered.length) {
    const choices = make('div', { class: 'choices', role: 'group', 'aria-label': texts.choose });
    const numbered = body !== line.body;
    for (const [index, { title }] of offered.entries()) {
      const label = numbered ? `${index + 1}. ${title}` : title;
      choices.append(button('', label, () => does.choose(title)));
    }
    box.append(choices);
  }
  const time = new Date(line.at).toLocaleTimeString(language, { hour: 'numeric', minute: '2-digit' });
  const foot = {
    sent: time,
    sending: texts.sending,
    refused: say(texts.notSent, errorText(texts, line.error)),
  }[line.state];
  box.append(make('p', { class: 'foot' }, foot));
  if (line.state === 'refused') {
    box.append(button('again', texts.again, () => does.again(line.id)));
  }
  return box;
}

// Building the widget's elements. Text only ever goes in as text, and nothing is parsed as HTML:
// a page's policy on trusted types does not stand in the way.

/** An element with its attributes and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

export const chatIcon = () => icon('M4 5h16v11H10l-5 4v-4H4z');
export const closeIcon = () => icon('M6 6l12 12M18 6 6 18');
export const sendIcon = () => icon('M4 12h15M13 6l6 6-6 6');
export const clipIcon = () =>
  icon('M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.5a1.7 1.7 0 0 1-2.5-2.5L15 7');
export const saveIcon = () => icon('M12 4v11M7 10l5 5 5-5M5 20h14');

export function button(
  className: string,
  label: string,
  pressed: () => void,
  picture?: SVGElement,
): HTMLButtonElement {
  const element = make('button', { class: className, type: 'button' });
  if (picture) {
    element.setAttribute('aria-label', label);
    element.title = label;
    element.append(picture);
  } else element.append(label);
  element.addEventListener('click', pressed);
  return element;
}

/** Web addresses in plain text as links; everything else stays text. */
export const links = (body: string): (Node | string)[] =>
  body.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g).map((piece, index) =>
    index % 2 && URL.canParse(piece)
      ? make('a', { href: piece, target: '_blank', rel: 'noopener noreferrer' }, piece)
      : piece,
  );

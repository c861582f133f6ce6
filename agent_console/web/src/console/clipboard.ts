// Copying text: where the page is not served over TLS, browsers keep their clipboard API back.
import { toasts } from './toasts.svelte.ts';

export async function copyText(text: string, what: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    toasts.say(`${what} copied.`);
  } catch {
    toasts.fail(`${what} could not be copied: select it and press Ctrl C.`);
  }
}

function copyBySelection(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('not copied');
}

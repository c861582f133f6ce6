// How wide a text is in the console's font, at the size of a chart's labels.
const FONT = "12px 'Public Sans', system-ui, sans-serif";
let context: CanvasRenderingContext2D | null | undefined;

export function textWidth(text: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  context.font = FONT;
  return context.measureText(text).width;
}

// The line that an answer which is not certain has to close with, as the rule itself names it.

/** The line that one of `problems` asks for, or null. */
export function closing(problems: readonly string[]): string | null {
  for (const problem of problems) {
    const line = /must close with ['"“](.+)['"”]$/.exec(problem)?.[1];
    if (line) return line;
  }
  return null;
}

/** `answer` with that line as its last paragraph. */
export const withClosing = (answer: string, line: string): string =>
  answer.trim() ? `${answer.trim()}\n\n${line}` : line;

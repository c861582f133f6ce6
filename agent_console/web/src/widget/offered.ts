// What the bot asks back, where its choices stand as buttons below.

/** What is offered as buttons is not listed above them, too; channels without any read the list. */
export function withoutOffered(body: string, offered: readonly { title: string }[]): string {
  const listed = new Set(offered.map(({ title }, index) => `${index + 1}. ${title}`));
  return body
    .split('\n')
    .filter((line) => !listed.has(line))
    .join('\n');
}

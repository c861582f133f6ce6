// What the forms of the accounts page share.
import { CallFailed } from '../http.ts';

/** The filled-in fields, without the empty ones: an empty secret keeps what is stored. */
export function given(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  );
}

/** "City of Tallahassee" as "city-of-tallahassee": an account's name in web addresses. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);

export interface Complaint {
  /** By field, the last part of its name ("secrets.api_key" is api_key). */
  fields: Record<string, string>;
  /** What no single field is to blame for; empty where the fields say it all. */
  words: string;
  /** The platform refused the credentials: an administrator may insist. */
  refused: boolean;
}

export function complaint(problem: unknown, known: readonly string[]): Complaint {
  const words = problem instanceof Error ? problem.message : String(problem);
  const errors = problem instanceof CallFailed ? (problem.problem?.errors ?? []) : [];
  if (!errors.length) return { fields: {}, words, refused: false };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const error of errors) {
    const name = error.field.split('.').at(-1) ?? '';
    const said = error.message.charAt(0).toUpperCase() + error.message.slice(1);
    if (known.includes(name)) fields[name] = said;
    else rest.push(error.field === 'secrets' ? said : `${error.field}: ${error.message}`);
  }
  return {
    fields,
    words: rest.join('; '),
    refused: errors.some((error) => error.field === 'secrets'),
  };
}

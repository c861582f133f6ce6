// The moment the preview starts with.
import { cityHour, toCityInput } from '../model/time.ts';

const FRIDAY = 5;
const MINUTES = 50 * 60_000;

/** Next Friday 16:50 on the city's clock, as a field for date and time has it. */
export function nextFriday(now: number, timeZone: string): string {
  for (let days = 0; days < 8; days += 1) {
    const at = cityHour(now, timeZone, days, 16).getTime() + MINUTES;
    const typed = toCityInput(at, timeZone);
    if (at > now && new Date(`${typed}Z`).getUTCDay() === FRIDAY) return typed;
  }
  throw new Error('A week without a Friday');
}

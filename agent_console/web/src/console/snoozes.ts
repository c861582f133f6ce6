// When a snoozed ticket may come back, on the city's clock.
import { cityHour, daysToMonday } from '../model/time.ts';

const HOUR = 3_600_000;

export const snoozes = (now: number, zone: string): { name: string; until: Date }[] => [
  { name: 'In 1 hour', until: new Date(now + HOUR) },
  { name: 'In 4 hours', until: new Date(now + 4 * HOUR) },
  { name: 'Tomorrow, 8 AM', until: cityHour(now, zone, 1, 8) },
  { name: 'Monday, 8 AM', until: cityHour(now, zone, daysToMonday(now, zone), 8) },
];

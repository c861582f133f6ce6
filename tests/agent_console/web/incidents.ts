// Invented incidents for the tests of the console's model.
import type { Incident, IncidentAnswer } from '../../../agent_console/web/src/incidents/api.ts';
import { at } from './tickets.ts';

export function incident(id: number, change: Partial<Incident> = {}): Incident {
  return {
    id,
    state: 'open',
    title: `Outage ${id}`,
    topic: 'report-outage',
    terms: ['killearn'],
    unit: null,
    detected: true,
    evidence: { seen: 14, expected: 1.2, minutes: 30 },
    created_at: at(-30),
    opened_at: at(-20),
    opened_by: 'Sam Laurent',
    closed_at: null,
    closed_by: null,
    answer: '',
    answer_es: '',
    auto_answer: false,
    version: 1,
    tickets: 0,
    waiting: 0,
    answers: [],
    ...change,
  };
}

export const answer = (change: Partial<IncidentAnswer> = {}): IncidentAnswer => ({
  id: 1,
  at: at(-5),
  author: 'Sam Laurent',
  body: 'A crew is on its way.',
  resolve: false,
  total: 10,
  done: 0,
  refused: 0,
  ...change,
});

// Rules for the tests of the service times page.
import type {
  CalendarView,
  Choices,
  PolicyView,
} from '../../../agent_console/web/src/sla/api.ts';
import { type Names, readRules, type Rules } from '../../../agent_console/web/src/sla/model.ts';

export const policy = (id: number, name: string, change: Partial<PolicyView> = {}): PolicyView => ({
  id,
  calendar: 'offices',
  name,
  conditions: {},
  first_response: 3_600,
  next_response: null,
  resolution: null,
  warn_before: null,
  warn_share: null,
  calendar_time: false,
  on_warning: [],
  on_breach: [],
  ...change,
});

export const calendar = (change: Partial<CalendarView> = {}): CalendarView => ({
  key: 'offices',
  id: 1,
  name: 'City offices',
  definition: {
    timezone: 'America/New_York',
    weekly_hours: Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['08:00', '17:00']]]),
    ),
    holidays: [],
    always_open: false,
    holiday_calendar: { country: 'US', subdivision: 'FL' },
  },
  ...change,
});

export const rulesOf = (policies: PolicyView[], calendars = [calendar()]): Rules =>
  readRules({ policies, calendars });

export const choices: Choices = {
  units: [
    { slug: 'billing', name: 'Billing' },
    { slug: 'call-center', name: 'Call center' },
  ],
  channels: ['x', 'facebook', 'webform'],
  topics: ['gas-leak'],
  priorities: ['low', 'normal', 'high', 'urgent'],
  visibilities: ['public', 'private'],
  agents: [{ email: 'ava@demo.example', name: 'Ava Reyes' }],
};

export const names: Names = {
  unit: (slug) => choices.units.find((unit) => unit.slug === slug)?.name ?? slug,
  agent: (email) => choices.agents.find((agent) => agent.email === email)?.name ?? email,
  calendar: () => 'City offices',
};

// Rows of reports for the tests, made of what a test says about them.
import type { MetricFigures, ReportRow, Times } from '../../../agent_console/web/src/reports/api.ts';

export const times = (change: Partial<Times> = {}): Times => ({
  median: null,
  median_open: false,
  p90: null,
  p90_open: false,
  ...change,
});

export function metric(change: Partial<MetricFigures> = {}): MetricFigures {
  const made = {
    within: 0,
    late: 0,
    overdue: 0,
    unanswered: 0,
    pending: 0,
    answered_by_bot: 0,
    no_reply_needed: 0,
    business: times(),
    calendar: times(),
    ...change,
  };
  const decided = made.within + made.late + made.overdue + made.unanswered;
  return { ...made, decided, share_within: decided ? made.within / decided : null };
}

export const row = (key: string, change: Partial<ReportRow> = {}): ReportRow => ({
  key,
  label: key,
  created: 0,
  resolved: 0,
  open: 0,
  first_response: metric(),
  next_response: metric(),
  resolution: metric(),
  with_bot: 0,
  contained: 0,
  reopened: 0,
  first_contact: 0,
  surveys_asked: 0,
  surveys_answered: 0,
  surveys_satisfied: 0,
  survey_score: null,
  ...change,
});

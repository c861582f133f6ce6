// What each figure means, in the words of the definitions that the hub counts by.

export const meanings = {
  first_response: {
    title: 'First response',
    text: 'From the customer’s first message to the first public reply by a person that the channel accepted. The bot, automatic messages and notes are no response; handing over from bot to person does not start it anew. Calls and walk-ins have none: they are answered as they come. Late, overdue and unanswered inquiries all count as misses.',
  },
  next_response: {
    title: 'Next response',
    text: 'From the oldest message that is not yet answered to the next public reply by a person. Of each ticket, its longest exchange counts.',
  },
  resolution: {
    title: 'Resolution',
    text: 'From creation to resolved. Time spent waiting for the customer and time while it was closed are cut out.',
  },
  share: {
    title: 'Share within target',
    text: 'Those within target, of all that are decided: within, late, overdue (still open past the target) and unanswered (closed by a person without an answer). Not due yet or without a target, answered by the bot alone and needing no reply are counted apart. 85 % is the line in the charts.',
  },
  percentiles: {
    title: 'Median and 90th percentile',
    text: 'Half of all decided inquiries, or nine of ten, took no longer than this. Those still without an answer count as longer than any that was measured: where the point lies among them, no number is given.',
  },
  counting: {
    title: 'Business and calendar time',
    text: 'Business time counts only the working hours of the calendar that governs the ticket. Calendar time is what the clock on the wall shows, as the customer sees it. Shares are judged against each policy’s own target either way.',
  },
  created: {
    title: 'Came in',
    text: 'Tickets created in the period, on the city’s calendar; one merged into another counts there. All other figures are of these tickets, unless they say otherwise.',
  },
  backlog: {
    title: 'Backlog',
    text: 'Tickets that were not resolved at the end of the day, whenever they came in. Of today: now.',
  },
  first_contact: {
    title: 'First-contact resolution',
    text: 'Of the resolved tickets: it was answered, the customer had to ask once, it was never reopened, and no ticket of the same customer and topic followed within 7 days.',
  },
  contained: {
    title: 'Bot alone (containment)',
    text: 'Of the tickets that began with the bot: resolved without having been handed over, and without a person having written.',
  },
  reopened: {
    title: 'Reopened',
    text: 'Of the resolved tickets: reopened at least once.',
  },
  satisfaction: {
    title: 'Satisfaction',
    text: 'Of the surveys that were answered: scores of 4 and 5. The mean is from 1 (very dissatisfied) to 5 (very satisfied). Few answers make for a shaky figure: look at how many there are.',
  },
  when: {
    title: 'When inquiries come',
    text: 'Inquiries by the hour or weekday in which they came, on the city’s clock, and how many of these missed the target of their first response.',
  },
  topics: {
    title: 'Topics',
    text: 'The most frequent topics, beside how many came in the period of the same length before.',
  },
} as const;

export type MeaningName = keyof typeof meanings;

// Whether a ticket can be given back to the bot: the hub's own rule, so that no button is refused.
import type { Ticket } from '../api.ts';

const atTheCounter: readonly string[] = ['phone', 'walk-in', 'open311'];

export const canReturn = (ticket: Ticket): boolean =>
  ticket.status !== 'bot' &&
  ticket.status !== 'resolved' &&
  ticket.can_reply &&
  !ticket.emergency &&
  ticket.held_by === null &&
  ticket.merged_into_id === null &&
  !atTheCounter.includes(ticket.channel);

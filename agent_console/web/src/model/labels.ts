// Names that people read for the codes that the hub uses.
import type {
  ChannelKind,
  DeliveryState,
  PartState,
  Presence,
  Priority,
  TicketStatus,
  ViewName,
} from '../api.ts';

const channelNames: Readonly<Record<string, string>> = {
  x: 'X',
  facebook: 'Facebook',
  open311: 'DigiTally',
  webchat: 'Web chat',
  webform: 'Web form',
  phone: 'Phone call',
  'walk-in': 'Walk-in',
};

/** A channel's name; one that did not come with the hub is called as it is registered. */
export const channelName = (channel: ChannelKind): string =>
  channelNames[channel] ?? words(channel);

export const statusName: Record<TicketStatus, string> = {
  bot: 'With the bot',
  open: 'Open',
  pending_customer: 'Waiting for customer',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
};

export const shortStatus: Record<TicketStatus, string> = {
  bot: 'Bot',
  open: 'Open',
  pending_customer: 'Waiting',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
};

export const priorityName: Record<Priority, string> = {
  low: 'Low',
  normal: 'Normal',
  high: 'High',
  urgent: 'Urgent',
};

export const viewName: Record<ViewName, string> = {
  mine: 'Mine',
  unit: 'My units',
  all: 'All open',
  unassigned: 'Unassigned',
  due: 'Due soon',
  breached: 'Breached',
  bot: 'Waiting on bot',
  resolved: 'Resolved',
  snoozed: 'Snoozed',
};

export const presenceName: Record<Presence, string> = {
  online: 'Online',
  away: 'Away',
  offline: 'Offline',
};

export const deliveryName: Record<DeliveryState, string> = {
  pending: 'Sending…',
  sending: 'Sending…',
  sent: 'Sent',
  failed: 'Not delivered',
  unknown: 'Nobody knows whether it arrived',
  cancelled: 'Not sent: cancelled',
};

export const partStateName: Record<PartState, string> = {
  starting: 'Getting ready',
  up: 'Working',
  degraded: 'Limited',
  down: 'Down',
};

const partNames: Record<string, string> = {
  bot: 'Bot',
  rasa: 'Bot',
  database: 'Database',
  worker: 'Worker',
  redis: 'Redis',
};

export const partName = (name: string): string =>
  partNames[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[-_]/g, ' ');

/** "report-outage" as "Report outage". */
export function words(slug: string): string {
  const text = slug.replaceAll(/[-_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const handoffReasons: Readonly<Record<string, string>> = {
  'asked-for-person': 'the customer asked for a person',
  'bot-off': 'it is switched off',
  'bot-unavailable': 'it was not available',
  deleted: 'the message was deleted',
  emergency: 'an emergency',
  incident: 'an incident',
  'no-fact': 'no sure answer is known',
  'not-triaged': 'it could not read the message',
  'not-understood': 'it did not understand',
  'nothing-to-answer': 'nothing that it could answer',
  policy: 'a person has to say this',
  request: 'a request to work on',
  upset: 'the customer is upset',
};

/** Why the bot brought a person in; a reason that is not known here is called as it came. */
export const handoffReason = (reason: string): string =>
  handoffReasons[reason] ?? words(reason).toLowerCase();

export const pageName = {
  supervisor: 'Supervisor',
  wallboard: 'Wallboard',
  incidents: 'Incidents',
  reports: 'Reports',
  knowledge: 'Knowledge',
  bot: 'Bot',
  sla: 'Service times',
  accounts: 'Accounts',
} as const;

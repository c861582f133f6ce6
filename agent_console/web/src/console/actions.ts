// What an agent does to a ticket: shown at once, taken back with a word if the hub refuses.
import type { Assignment, Message, StatusChange, Ticket, TicketPatch } from '../api.ts';
import { returnToBot } from '../assist/api.ts';
import {
  assignTicket,
  changeStatus,
  controlThread,
  hideMessage,
  mergeTicket,
  patchTicket,
  retryDelivery,
  settleDelivery,
  unmergeTicket,
} from '../http.ts';
import { words } from '../model/labels.ts';
import { newKey, type Unsent } from '../model/outbox.ts';
import { clock } from './clock.svelte.ts';
import { route } from './route.svelte.ts';
import { session } from './session.svelte.ts';
import { toasts } from './toasts.svelte.ts';

async function act(
  ticket: Ticket,
  edit: Partial<Ticket>,
  what: string,
  run: () => Promise<Ticket>,
): Promise<boolean> {
  const done = session.replica.edit(ticket.id, edit);
  try {
    const answer = await run();
    session.replica.takeTickets([answer], null);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    toasts.fail(`${what} did not work. ${reason}`);
    return false;
  } finally {
    done();
  }
}

export async function assign(ticket: Ticket, to: Assignment): Promise<void> {
  const before = { agent_id: ticket.assignee_id, unit: ticket.unit };
  const edit: Partial<Ticket> = {};
  if (to.agent_id !== undefined) edit.assignee_id = to.agent_id;
  if (to.unit !== undefined) edit.unit = to.unit;
  const ok = await act(ticket, edit, `Assigning #${ticket.id}`, () => assignTicket(ticket.id, to));
  if (!ok) return;
  const target =
    to.unit !== undefined && to.unit !== before.unit
      ? session.unitName(to.unit)
      : to.agent_id === null
        ? 'nobody'
        : to.agent_id === session.agent.id
          ? 'you'
          : session.agentName(to.agent_id ?? null);
  toasts.say(`#${ticket.id} assigned to ${target}.`, {
    label: 'Undo',
    run: () => void act(ticket, {}, 'Undo', () => assignTicket(ticket.id, before)),
  });
}

export const assignToMe = (ticket: Ticket): Promise<void> =>
  ticket.assignee_id === session.agent.id
    ? Promise.resolve()
    : assign(ticket, { agent_id: session.agent.id });

const done: Record<StatusChange['status'], string> = {
  open: 'is open again',
  pending_customer: 'waits for the customer',
  snoozed: 'is snoozed',
  resolved: 'is resolved',
};

export async function setStatus(ticket: Ticket, change: StatusChange): Promise<void> {
  const before = ticket.status;
  const edit: Partial<Ticket> = { status: change.status };
  if (change.status === 'snoozed') edit.snoozed_until = change.until ?? null;
  if (change.status === 'resolved') edit.resolved_at = clock.iso();
  const ok = await act(ticket, edit, `Changing #${ticket.id}`, () =>
    changeStatus(ticket.id, change),
  );
  if (!ok) return;
  const undo =
    change.status === 'resolved' || change.status === 'snoozed'
      ? {
          label: 'Undo',
          run: () =>
            void act(ticket, { status: 'open' }, 'Undo', () =>
              changeStatus(
                ticket.id,
                before === 'pending_customer' ? { status: before } : { status: 'open' },
              ),
            ),
        }
      : null;
  toasts.say(`#${ticket.id} ${done[change.status]}.`, undo);
}

export const patch = (ticket: Ticket, change: TicketPatch): Promise<boolean> =>
  act(ticket, change, `Changing ${words(Object.keys(change)[0] ?? 'it').toLowerCase()}`, () =>
    patchTicket(ticket.id, change),
  );

/** Take a conversation from another app of the platform, or leave it to that. */
export const control = (ticket: Ticket, take: boolean): Promise<boolean> =>
  act(ticket, {}, take ? 'Taking over' : 'Giving it back', () => controlThread(ticket.id, take));

/** Make a ticket part of another about the same thing, and go there. */
export async function merge(ticket: Ticket, into: Ticket): Promise<boolean> {
  try {
    const target = await mergeTicket(ticket.id, into.id);
    session.replica.takeTickets([target], null);
    route.go({ ticket: target.id });
    toasts.say(`#${ticket.id} is now part of #${into.id}.`, {
      label: 'Undo',
      run: () => void unmerge(ticket),
    });
    return true;
  } catch (error) {
    toasts.fail(`Merging #${ticket.id} did not work. ${reasonOf(error)}`);
    return false;
  }
}

export async function unmerge(ticket: Pick<Ticket, 'id'>): Promise<void> {
  try {
    const back = await unmergeTicket(ticket.id);
    session.replica.takeTickets([back], null);
    route.go({ ticket: back.id });
    toasts.say(`#${ticket.id} stands for itself again.`);
  } catch (error) {
    toasts.fail(`Taking #${ticket.id} out again did not work. ${reasonOf(error)}`);
  }
}

/** Send what the agent wrote. The text is on the screen and in storage before the hub has it. */
export async function send(
  ticket: Ticket,
  written: Pick<Unsent, 'kind' | 'body' | 'resolve' | 'visibility' | 'toMessageId' | 'permalink'>,
): Promise<void> {
  const message = await session.outbox.post({
    ...written,
    key: newKey(),
    ticketId: ticket.id,
    at: clock.iso(),
    state: 'sending',
    error: null,
  });
  if (message) session.replica.takeMessage(message);
}

export async function resend(key: string): Promise<void> {
  const message = await session.outbox.retry(key);
  if (message) session.replica.takeMessage(message);
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function change(what: string, run: () => Promise<Message>): Promise<boolean> {
  const since = session.replica.cursor;
  try {
    session.replica.updateMessage(await run(), since);
    return true;
  } catch (error) {
    toasts.fail(`${what} did not work. ${reasonOf(error)}`);
    return false;
  }
}

export const retryMessage = (message: Message): Promise<boolean> =>
  change('Trying again', () => retryDelivery(message.id));

/** A person says whether a reply arrived that nobody could look up. */
export const settle = (message: Message, sent: boolean): Promise<boolean> =>
  change('Saying so', () => settleDelivery(message.id, sent));

export const hide = (message: Message, hidden: boolean, reason: string): Promise<boolean> =>
  change(hidden ? 'Hiding it' : 'Showing it again', () =>
    hideMessage(message.id, hidden, reason),
  );

/** The bot has it again, and answers what nobody has answered yet. */
export async function giveToBot(ticket: Ticket): Promise<void> {
  const before = { agent_id: ticket.assignee_id };
  const edit = { status: 'bot', assignee_id: null, handoff: null } as const;
  const ok = await act(ticket, edit, `Giving #${ticket.id} to the bot`, () => returnToBot(ticket.id));
  if (!ok) return;
  toasts.say(`The bot has #${ticket.id} again.`, {
    label: 'Take it back',
    run: () =>
      void act(ticket, {}, 'Taking it back', () =>
        assignTicket(ticket.id, { agent_id: before.agent_id ?? session.agent.id }),
      ),
  });
}

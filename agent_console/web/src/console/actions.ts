// What an agent does to a ticket: shown at once, taken back with a word if the hub refuses.
import type { Assignment, Message, StatusChange, Ticket, TicketPatch } from '../api.ts';
import { assignTicket, changeStatus, patchTicket, retryDelivery } from '../http.ts';
import { words } from '../model/labels.ts';
import { newKey } from '../model/outbox.ts';
import { clock } from './clock.svelte.ts';
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

/** Send what the agent wrote. The text is on the screen and in storage before the hub has it. */
export async function send(
  ticket: Ticket,
  kind: 'reply' | 'note',
  body: string,
  resolve: boolean,
): Promise<void> {
  const message = await session.outbox.post({
    key: newKey(),
    ticketId: ticket.id,
    kind,
    body,
    resolve,
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

export async function retryMessage(message: Message): Promise<void> {
  const since = session.replica.cursor;
  try {
    session.replica.updateMessage(await retryDelivery(message.id), since);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    toasts.fail(`Trying again did not work. ${reason}`);
  }
}

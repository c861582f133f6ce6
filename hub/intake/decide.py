"""The decisions of intake, in one pure function over a loaded batch.

Dedup, identify, thread, append, clock: nothing here knows which database it is, or waits. What
platforms tell beside messages is decided in `hub.intake.happenings`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.intake.batch import Known, MessageDraft, Person, Plan, Promise, Submission, TicketDraft
from hub.intake.gateway import Row
from hub.intake.happenings import Happenings
from hub.intake.rows import message_row, raw_body_row, ticket_row
from hub.ports import InboundMessage, MessageEdited, Visibility
from hub.sla.promises import ESCALATE, RECOUNT, Moment, escalation, lane
from hub.tickets.models import AuthorKind, Direction, Status
from hub.tickets.text import preview_of

UNKNOWN = "Unknown"
"""What a contact is called until the platform, or they themselves, say a name."""


def decide(batch: list[Submission], known: Known, now: datetime, reopen: timedelta) -> Plan:
    """What `batch` writes, given what is `known`. `reopen` is the reopen window."""
    plan = Plan()
    for submission in batch:
        if submission.raw is not None:
            plan.raw_bodies.append(raw_body_row(submission))
        account = known.accounts[submission.account_id]
        happenings = Happenings(submission.account_id, known, plan, now)
        for item in submission.items:
            account["last_event_at"] = now
            if isinstance(item, InboundMessage):
                message = _decide_message(item, submission, known, plan, now, reopen)
                if message is not None:
                    happenings.catch_up(message)
            elif isinstance(item, MessageEdited):
                _decide_edited(item, submission, known, plan, now, reopen, happenings)
            else:
                happenings.apply(item)
        if submission.cursor is not None:
            account["cursor"] = submission.cursor
    plan.accounts = list(known.accounts.values())
    for ticket in plan.tickets:
        plan.promises += _of_its_clocks(ticket, known)
    return plan


def _of_its_clocks(ticket: TicketDraft, known: Known) -> list[Promise]:
    """What has to follow from how the ticket's clocks stand now."""
    promises = []
    if ticket.stale:
        promises.append(_recounting(ticket))
    for clock in ticket.newly_missed:
        payload = escalation(clock, Moment.BREACH, known.directory.clockwork)
        if payload is not None:
            promises.append(_escalating(ticket, clock, payload))
    return promises


def _recounting(ticket: TicketDraft) -> Promise:
    return Promise(RECOUNT, lambda: lane(ticket.row["id"]), lambda: {"ticket_id": ticket.row["id"]})


def _escalating(ticket: TicketDraft, clock: Row, payload: Row) -> Promise:
    return Promise(
        ESCALATE,
        lambda: lane(ticket.row["id"]),
        lambda: {**payload, "ticket_id": ticket.row["id"], "clock_id": clock["id"]},
    )


def _decide_edited(
    edited: MessageEdited,
    submission: Submission,
    known: Known,
    plan: Plan,
    now: datetime,
    reopen: timedelta,
    happenings: Happenings,
) -> None:
    key = (submission.account_id, edited.message.external_id)
    earlier = known.messages.get(key)
    if earlier is not None:
        happenings.edit(earlier, edited)
        plan.outcomes.append((submission, earlier, True))
        return
    message = _decide_message(edited.message, submission, known, plan, now, reopen)
    if message is not None:
        message.row["edited_at"] = edited.at
        happenings.catch_up(message)


def _decide_message(
    message: InboundMessage,
    submission: Submission,
    known: Known,
    plan: Plan,
    now: datetime,
    reopen: timedelta,
) -> MessageDraft | None:
    """The new message, or None where there is none to store."""
    account_id = submission.account_id
    earlier = known.messages.get((account_id, message.external_id))
    if earlier is not None:
        plan.outcomes.append((submission, earlier, True))
        return None
    conversation = _conversation(message, account_id, known)
    ticket = known.conversations.get((account_id, conversation))
    if message.by_staff:
        draft = _staff_reply(message, account_id, conversation, ticket, known, now)
        if draft is None:  # staff began the conversation themselves: nobody has asked anything
            return None
    else:
        person = _identify(message, account_id, known, plan, now)
        ticket = _thread(message, account_id, conversation, person, known, plan, now, reopen)
        draft = _append(message, account_id, conversation, ticket, person, known, now)
        _promise_triage(message, draft, plan)
    if any(attachment["state"] == "pending" for attachment in draft.row["attachments"]):
        plan.promises.append(_fetching(draft))
    plan.touch(draft.ticket)
    plan.messages.append(draft)
    known.messages[(account_id, message.external_id)] = draft
    plan.outcomes.append((submission, draft, False))
    return draft


def _conversation(message: InboundMessage, account_id: int, known: Known) -> str:
    """The conversation it says, or that of the message it continues with the same person."""
    if message.continues is None:
        return message.conversation
    continued = known.messages.get((account_id, message.continues))
    if continued is None or not continued.row["conversation"]:
        return message.conversation
    if not message.by_staff:
        person = known.people.get((message.author.kind, message.author.address))
        if person is None or person.point["id"] != continued.ticket.row["contact_point_id"]:
            opened_by = continued.ticket.opened_by
            if person is None or opened_by is not person:
                return message.conversation
    conversation: str = continued.row["conversation"]
    known.conversations.setdefault((account_id, conversation), continued.ticket)
    return conversation


def _identify(
    message: InboundMessage, account_id: int, known: Known, plan: Plan, now: datetime
) -> Person:
    author = message.author
    person = known.people.get((author.kind, author.address))
    if person is None:
        name = author.display_name or author.handle or UNKNOWN
        point = {
            "id": None,
            "contact_id": None,
            "kind": author.kind,
            "address": author.address,
            "handle": author.handle,
            "display_name": author.display_name,
            "verified": author.verified,
        }
        contact = {"id": None, "name": name, "notes": "", "created_at": now}
        person = Person(contact, point, changed=True)
        known.people[(author.kind, author.address)] = person
        plan.people.append(person)
        if name == UNKNOWN and known.directory.account(account_id).capabilities.names_people:
            plan.promises.append(_naming(person, account_id))
        return person
    fresh = {"handle": author.handle, "display_name": author.display_name}
    news: Row = {key: value for key, value in fresh.items() if value and value != person.point[key]}
    if author.verified and not person.point["verified"]:
        news["verified"] = True
    person.point.update(news)
    if person.contact["name"] == UNKNOWN and (author.display_name or author.handle):
        person.contact["name"] = author.display_name or author.handle
        news["name"] = person.contact["name"]
    if news and not person.changed:
        person.changed = True
        plan.people.append(person)
    return person


def _thread(
    message: InboundMessage,
    account_id: int,
    conversation: str,
    person: Person,
    known: Known,
    plan: Plan,
    now: datetime,
    reopen: timedelta,
) -> TicketDraft:
    """Find, reopen or open the ticket the message belongs to; its clocks have heard it."""
    clockwork = known.directory.clockwork
    ticket = known.conversations.get((account_id, conversation))
    if ticket is not None and ticket.row["status"] != Status.RESOLVED:
        _wake(ticket, message, known)
        clockwork.heard(ticket, message.sent_at)
        return ticket
    if ticket is not None and message.sent_at <= ticket.row["resolved_at"] + reopen:
        row = ticket.row
        silent = row["takeover"] or message.held_by or message.skip_bot
        row["status"] = Status.OPEN.value if silent else Status.BOT.value
        row["resolved_at"] = row["resolution_reason"] = None
        clockwork.status_changed(ticket, message.sent_at)
        # It came after the resolution, whatever its own time says: that did not answer it.
        clockwork.heard(ticket, max(message.sent_at, clockwork.status_since(ticket)))
        if known.directory.account(account_id).capabilities.takes_status:
            plan.promises.append(_telling_status(ticket))
        return ticket
    new = _open(message, account_id, person, ticket, known, now)
    row = {"account_id": account_id, "key": conversation, "contact_point_id": None}
    plan.conversations.append((row, new, ticket is None))
    known.conversations[(account_id, conversation)] = new
    return new


def _wake(ticket: TicketDraft, message: InboundMessage, known: Known) -> None:
    row = ticket.row
    # Somebody else's app answers here, or it was left for people: the bot must not.
    silent = message.held_by is not None or message.skip_bot
    silenced = silent and row["status"] == Status.BOT
    if silenced:
        row["takeover"] += 1
    if silenced or row["status"] in (Status.PENDING_CUSTOMER, Status.SNOOZED):
        row["status"] = Status.OPEN.value
        row["snoozed_until"] = None
        known.directory.clockwork.status_changed(ticket, message.sent_at)


def _open(
    message: InboundMessage,
    account_id: int,
    person: Person,
    previous: TicketDraft | None,
    known: Known,
    now: datetime,
) -> TicketDraft:
    account = known.directory.account(account_id)
    unit = message.unit if message.unit in known.directory.units else account.unit
    assert unit is not None
    row = ticket_row(message, account, unit, person, previous, now)
    ticket = TicketDraft(row, [], opened_by=person)
    known.directory.clockwork.opened(ticket, message.sent_at)
    return ticket


def _append(
    message: InboundMessage,
    account_id: int,
    conversation: str,
    ticket: TicketDraft,
    person: Person,
    known: Known,
    now: datetime,
) -> MessageDraft:
    row = ticket.row
    if row["contact_name"] == UNKNOWN:
        row["contact_name"] = person.contact["name"]
    row["preview"] = preview_of(message.body)
    row["last_message_at"] = max(row["last_message_at"], message.sent_at)
    row["last_author"] = AuthorKind.CUSTOMER.value
    row["waiting_since"] = row["waiting_since"] or message.sent_at
    row["can_reply"] = message.can_reply
    row["permalink"] = message.permalink or row["permalink"]
    if message.visibility is Visibility.PRIVATE:
        row["private_heard_at"] = max(row["private_heard_at"] or message.sent_at, message.sent_at)
    if row["held_changed_at"] is None or row["held_changed_at"] < message.sent_at:
        if row["held_by"] != message.held_by:
            row["held_changed_at"] = message.sent_at
        row["held_by"] = message.held_by
    _written(row, now)
    stored = message_row(message, known.directory.account(account_id), conversation, now)
    stored |= {
        "direction": Direction.INBOUND.value,
        "author_kind": AuthorKind.CUSTOMER.value,
        "author_id": None,
        "author_name": message.author.display_name or message.author.handle or row["contact_name"],
    }
    return MessageDraft(stored, ticket, by=person)


def _staff_reply(
    message: InboundMessage,
    account_id: int,
    conversation: str,
    ticket: TicketDraft | None,
    known: Known,
    now: datetime,
) -> MessageDraft | None:
    """A reply written in the platform's own app: it is an agent's answer and counts as one."""
    if ticket is None:
        return None
    row = ticket.row
    clockwork = known.directory.clockwork
    if row["status"] == Status.BOT:
        row["status"] = Status.OPEN.value
        clockwork.status_changed(ticket, message.sent_at)
    row["takeover"] += 1
    row["preview"] = preview_of(message.body)
    row["last_message_at"] = max(row["last_message_at"], message.sent_at)
    row["last_author"] = AuthorKind.STAFF.value
    row["waiting_since"] = None
    _written(row, now)
    clockwork.answered(ticket, message.sent_at)
    stored = message_row(message, known.directory.account(account_id), conversation, now)
    stored |= {
        "direction": Direction.OUTBOUND.value,
        "author_kind": AuthorKind.STAFF.value,
        "author_id": None,
        "author_name": message.author.display_name or "Staff",
    }
    return MessageDraft(stored, ticket, by=None)


def _written(row: Row, now: datetime) -> None:
    row["updated_at"] = now
    row["version"] += 1


def _promise_triage(message: InboundMessage, draft: MessageDraft, plan: Plan) -> None:
    choice = message.context.get("choice")
    pressed = choice if isinstance(choice, str) else None
    plan.promises.append(
        Promise(
            "triage",
            lambda: f"ticket:{draft.ticket.row['id']}",
            lambda: {"message_id": draft.row["id"], "choice": pressed},
        )
    )


def _fetching(draft: MessageDraft) -> Promise:
    return Promise(
        "fetch-media",
        lambda: f"media:{draft.row['id']}",
        lambda: {"message_id": draft.row["id"]},
    )


def _naming(person: Person, account_id: int) -> Promise:
    return Promise(
        "name-contact",
        lambda: f"name:{person.point['id']}",
        lambda: {"account_id": account_id, "contact_point_id": person.point["id"]},
    )


def _telling_status(ticket: TicketDraft) -> Promise:
    return Promise(
        "push-status",
        lambda: f"status:{ticket.row['id']}",
        lambda: {"ticket_id": ticket.row["id"], "version": ticket.row["version"]},
    )

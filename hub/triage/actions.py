"""What the bot does to a ticket: answer, ask back, hand off, raise an emergency."""

from __future__ import annotations

from dataclasses import asdict

from hub.delivery.models import Delivery
from hub.delivery.outbox import enqueue
from hub.notices.occasions import tell_emergency
from hub.ports import Answer, ArticleView, AskBack, ChannelKind, Guess, Handoff
from hub.sla.entries import COUNTER_CHANNELS
from hub.tickets.actions import reopen, take_over
from hub.tickets.change import Change
from hub.tickets.models import AuthorKind, Direction, Message, Priority, Status
from hub.tickets.text import preview_of
from hub.triage.assignment import assign_least_busy
from hub.triage.keys import bot_key

# After the safety steps: nothing comes before those.
_AUTOMATED = "This is the city's automated assistant; a person is being told now."
SILENT_CHANNELS = COUNTER_CHANNELS | {ChannelKind.OPEN311.value}
"""Where nobody reads what a bot says: people at the counter, filed service requests."""


async def _say(
    change: Change,
    inquiry: Message,
    text: str,
    *,
    articles: tuple[str, ...] = (),
    choices: list[dict[str, str]] | None = None,
    emergency: bool = False,
    key: str | None = None,
) -> tuple[Message, Delivery]:
    ticket = change.ticket
    message = Message(
        ticket_id=ticket.id,
        account_id=inquiry.account_id,
        conversation=inquiry.conversation or ticket.conversation,
        direction=Direction.OUTBOUND.value,
        author_kind=AuthorKind.BOT.value,
        author_name="Assistant",
        body=text,
        visibility=inquiry.visibility,
        sent_at=change.now,
        created_at=change.now,
        in_reply_to=inquiry.external_id,
        attachments=[],
        articles=list(articles),
        choices=choices or [],
        emergency=emergency,
        logged=False,
        hidden=False,
        key=key or bot_key(inquiry.id),
    )
    change.session.add(message)
    await change.session.flush()
    delivery = await enqueue(change, message, by_bot=True)
    ticket.preview = preview_of(text)
    ticket.last_message_at = change.now
    ticket.last_author = AuthorKind.BOT.value
    change.directory.clockwork.bot_spoke(change, change.now)
    change.tell_message("message.created", message, delivery)
    return message, delivery


def _classify(change: Change, topic: str | None, unit: str | None) -> None:
    """Routing: a topic's conversations go to the topic's unit."""
    ticket = change.ticket
    ticket.topic = topic or ticket.topic
    if unit is not None and unit in change.directory.units:
        ticket.unit = unit
    change.directory.clockwork.reclassified(change, change.now)


async def bot_answers(
    change: Change, inquiry: Message, answer: Answer, article: ArticleView | None
) -> None:
    """Say what the article says; a person follows if the answer says so."""
    if answer.handover:
        # First, so that what is said now stands on this side of the fence.
        await take_over(change)
    await _say(change, inquiry, answer.text, articles=answer.articles)
    ticket = change.ticket
    ticket.asked_back = 0
    ticket.waiting_since = inquiry.sent_at if answer.handover else None
    _classify(change, article.slug if article else None, article.unit if article else None)
    change.audit("bot answered", articles=list(answer.articles))
    if answer.handover:
        named = ", ".join(answer.articles)
        await _bring_person(change, "policy", f"Answered from {named}; a person follows.", ())


async def bot_says(
    change: Change,
    inquiry: Message,
    text: str,
    article: ArticleView | None,
    key: str | None = None,
) -> None:
    """Say something that answers an inquiry for now; `article` is about its topic. The ticket
    stays with the bot."""
    await _say(change, inquiry, text, key=key)
    change.ticket.asked_back = 0
    change.ticket.waiting_since = None
    _classify(change, article.slug if article else None, article.unit if article else None)


async def bot_asks_back(change: Change, inquiry: Message, ask: AskBack) -> None:
    """Offer the best guesses."""
    await _say(change, inquiry, ask.text, choices=[asdict(choice) for choice in ask.choices])
    change.ticket.asked_back += 1
    change.audit("bot asked back", guesses=[asdict(guess) for guess in ask.guesses])


async def hand_off(
    change: Change, inquiry: Message, handoff: Handoff, article: ArticleView | None
) -> None:
    """Bring a person in: from here on the bot is silent."""
    await take_over(change)
    if handoff.text and change.ticket.channel not in SILENT_CHANNELS:
        await _say(change, inquiry, handoff.text)
    change.ticket.waiting_since = change.ticket.waiting_since or inquiry.sent_at
    _classify(change, handoff.topic, article.unit if article else None)
    await _bring_person(change, handoff.reason, handoff.summary, handoff.guesses)


async def raise_emergency(
    change: Change,
    inquiry: Message,
    slug: str,
    article: ArticleView | None,
    fence: int,
    key: str | None = None,
) -> None:
    """Safety steps at once, urgent, and a person: also where a person has it already.

    The steps are said only while no person has taken over; an emergency is raised once.
    """
    ticket = change.ticket
    if ticket.emergency:
        return
    with_bot = ticket.takeover == fence and ticket.status == Status.BOT
    await take_over(change)
    if with_bot and article and article.answer and ticket.channel not in SILENT_CHANNELS:
        text = f"{article.answer}\n\n{_AUTOMATED}"
        await _say(change, inquiry, text, articles=(slug,), emergency=True, key=key)
    ticket.merged_into_id = None  # whatever it was joined to, this one is looked at by itself
    if ticket.status != Status.OPEN:
        reopen(change)
    ticket.emergency = True
    ticket.priority = Priority.URGENT.value
    ticket.waiting_since = ticket.waiting_since or inquiry.sent_at
    _classify(change, slug, article.unit if article else None)
    title = article.title if article else slug
    guess = Guess(slug, 1.0)
    await _bring_person(change, "emergency", f"Emergency: {title}. Answer at once.", (guess,))
    await tell_emergency(change, title)


async def _bring_person(
    change: Change, reason: str, summary: str, guesses: tuple[Guess, ...]
) -> None:
    change.ticket.asked_back = 0
    change.ticket.handoff = {
        "reason": reason,
        "summary": summary,
        "guesses": [asdict(guess) for guess in guesses],
    }
    change.audit("hand off", reason=reason)
    await assign_least_busy(change)

"""What the bot does to a ticket: answer, ask back, hand off, raise an emergency."""

from __future__ import annotations

from dataclasses import asdict

from hub.delivery.models import Delivery
from hub.delivery.outbox import enqueue
from hub.notices.occasions import tell_emergency
from hub.ports import (
    Answer,
    ArticleView,
    Ask,
    AskBack,
    Choice,
    FormRequest,
    Guess,
    Handoff,
    Visibility,
)
from hub.tickets.actions import SILENT_CHANNELS, reopen, take_over
from hub.tickets.change import Change
from hub.tickets.models import AuthorKind, Direction, Message, Priority, Status
from hub.tickets.text import preview_of
from hub.triage.assignment import assign_least_busy
from hub.triage.keys import bot_key

# After the safety steps, which say that a person is brought in: nothing comes before those.
_AUTOMATED = {
    "en": "This is the city's automated assistant.",
    "es": "Este es el asistente automático de la ciudad.",
}


async def _say(
    change: Change,
    inquiry: Message,
    text: str,
    *,
    articles: tuple[str, ...] = (),
    choices: tuple[Choice, ...] = (),
    emergency: bool = False,
    private: bool = False,
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
        visibility=Visibility.PRIVATE.value if private else inquiry.visibility,
        sent_at=change.now,
        created_at=change.now,
        in_reply_to=inquiry.external_id,
        attachments=[],
        articles=list(articles),
        choices=[asdict(choice) for choice in choices],
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
    change: Change,
    inquiry: Message,
    answer: Answer,
    article: ArticleView | None,
    key: str | None = None,
) -> None:
    """Say what the article says; a person follows if the answer says so."""
    if answer.handover:
        # First, so that what is said now stands on this side of the fence.
        await take_over(change)
    await _say(change, inquiry, answer.text, articles=answer.articles, key=key)
    ticket = change.ticket
    ticket.asked_back = 0
    ticket.waiting_since = inquiry.sent_at if answer.handover else None
    _classify(change, article.slug if article else None, article.unit if article else None)
    change.audit("bot answered", articles=list(answer.articles))
    if answer.handover:
        named = ", ".join(answer.articles)
        summary = f"Answered from {named}; a person follows."
        await _bring_person(change, "policy", summary, answer.guesses, answer.articles[-1])


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


async def bot_asks_back(
    change: Change, inquiry: Message, ask: AskBack, key: str | None = None
) -> None:
    """Offer the best guesses."""
    await _say(change, inquiry, ask.text, choices=ask.choices, key=key)
    change.ticket.asked_back += 1
    change.audit("bot asked back", guesses=[asdict(guess) for guess in ask.guesses])


async def bot_asks(
    change: Change,
    inquiry: Message,
    ask: Ask,
    article: ArticleView | None,
    key: str | None = None,
) -> None:
    """Ask a form's next question, and keep what was collected so far. The ticket stays."""
    await _say(
        change, inquiry, ask.text, choices=ask.choices, private=ask.private, key=key,
        articles=(ask.topic,) if article is not None and ask.topic else (),
    )  # fmt: skip
    ticket = change.ticket
    ticket.asked_back = 0
    ticket.waiting_since = None
    _collect(change, ask.request)
    _classify(change, ask.topic, article.unit if article else None)
    change.audit("bot asked", topic=ask.topic)


def _collect(change: Change, request: FormRequest | None) -> None:
    # What an earlier form collected is worth more than a form that was left at once.
    if request is not None and (request.fields or change.ticket.request is None):
        change.ticket.request = asdict(request)


async def hand_off(
    change: Change,
    inquiry: Message,
    handoff: Handoff,
    article: ArticleView | None,
    key: str | None = None,
) -> None:
    """Bring a person in: from here on the bot is silent."""
    await take_over(change)
    if handoff.text and change.ticket.channel not in SILENT_CHANNELS:
        await _say(change, inquiry, handoff.text, key=key)
    change.ticket.waiting_since = change.ticket.waiting_since or inquiry.sent_at
    _collect(change, handoff.request)
    _classify(change, handoff.topic, article.unit if article else None)
    await _bring_person(change, handoff.reason, handoff.summary, handoff.guesses, handoff.article)


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
    language = ticket.language or "en"
    steps = article.said(language) if article is not None else None
    if with_bot and steps and ticket.channel not in SILENT_CHANNELS:
        text = f"{steps}\n\n{_AUTOMATED.get(language, _AUTOMATED['en'])}"
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
    summary = f"Emergency: {title}. Answer at once."
    await _bring_person(change, "emergency", summary, (guess,), slug)
    await tell_emergency(change, title)


async def _bring_person(
    change: Change,
    reason: str,
    summary: str,
    guesses: tuple[Guess, ...],
    article: str | None = None,
) -> None:
    change.ticket.asked_back = 0
    change.ticket.handoff = {
        "reason": reason,
        "summary": summary,
        "guesses": [asdict(guess) for guess in guesses],
        "article": article,
    }
    change.audit("hand off", reason=reason)
    await assign_least_busy(change)

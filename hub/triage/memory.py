"""What triage keeps of a turn beside the messages: the dialogue, the language, what came of an
article, and the customer's words for those who label them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from hub.articles.figures import record_use
from hub.articles.models import UseKind
from hub.ports import Answer, Ask, AskBack, Decision, Guess, Handoff
from hub.tickets.change import Change
from hub.tickets.models import Dialogue
from hub.training.models import BotExample
from hub.triage.inquiry import Inquiry

PLACE = "bot"
_NOT_READ = frozenset(("bot-off", "bot-unavailable", "not-triaged", "deleted", "incident"))
"""Hand-offs of messages that the bot has not understood or misunderstood: it has not read them."""
_LONGEST = 2000
"""Characters of an example: nothing longer is learnt from."""


async def remember(change: Change, inquiry: Inquiry, decision: Decision) -> None:
    """Keep what the next turn, the figures and the training need of this one."""
    change.ticket.language = inquiry.turn.language
    state = None if isinstance(decision, Handoff) else decision.dialogue
    await keep_dialogue(change, state)
    match decision:
        case Answer():
            for slug in decision.articles:
                await _use(change, inquiry, slug, UseKind.SHOWN)
                if decision.handover:
                    await _use(change, inquiry, slug, UseKind.PERSON)
        case Handoff(article=str(slug), reason=reason) if reason not in _NOT_READ:
            await _use(change, inquiry, slug, UseKind.PERSON)
        case _:
            pass
    await _keep_example(change, inquiry, decision)


async def keep_dialogue(change: Change, state: Mapping[str, Any] | None) -> None:
    """Store the dialogue's state, or forget it."""
    kept = await change.session.get(Dialogue, change.ticket.id)
    if state is None:
        if kept is not None:
            await change.session.delete(kept)
    elif kept is None:
        change.session.add(
            Dialogue(ticket_id=change.ticket.id, state=dict(state), updated_at=change.now)
        )
    else:
        kept.state, kept.updated_at = dict(state), change.now


async def keep_emergency(change: Change, inquiry: Inquiry, slug: str) -> None:
    """The same for what the rules decided."""
    change.ticket.language = inquiry.turn.language
    await keep_dialogue(change, None)
    await _store_example(change, inquiry, "emergency", Guess(slug, 1.0))


async def _use(change: Change, inquiry: Inquiry, slug: str, kind: UseKind) -> None:
    await record_use(
        change.session, slug, kind, PLACE, inquiry.turn.language, change.now, change.ticket.id
    )


async def _keep_example(change: Change, inquiry: Inquiry, decision: Decision) -> None:
    # What answers a question of the bot's says nothing by itself.
    if inquiry.turn.choices or (inquiry.turn.dialogue is not None and isinstance(decision, Ask)):
        return
    match decision:
        case Answer():
            outcome = "emergency" if decision.emergency else "answer"
        case AskBack():
            outcome = "ask_back"
        case Ask():
            outcome = "form"
        case Handoff():
            if decision.reason in _NOT_READ:
                return
            outcome = "handoff"
    await _store_example(change, inquiry, outcome, next(iter(decision.guesses), None))


async def _store_example(
    change: Change, inquiry: Inquiry, outcome: str, guess: Guess | None
) -> None:
    text = inquiry.turn.text.strip()[:_LONGEST]
    known = select(BotExample.id).where(BotExample.message_id == inquiry.message.id)
    if not text or await change.session.scalar(known) is not None:
        return
    change.session.add(
        BotExample(
            message_id=inquiry.message.id,
            ticket_id=change.ticket.id,
            text=text,
            language=inquiry.turn.language,
            outcome=outcome,
            guess=guess.slug if guess is not None else None,
            confidence=guess.confidence if guess is not None else None,
            created_at=change.now,
        )
    )

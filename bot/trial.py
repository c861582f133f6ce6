"""Messages through the same path as live ones: emergency rules, language, then the responder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from bot.emergency import recognise
from bot.evaluation import Line, Said, Topics, said_by
from bot.language import language_of
from hub.ports import ChannelKind, Confidence, Decision, Knowledge, Responder, Turn, Visibility

EVERY = 100
"""Lines between two words of progress."""


async def topics_of(knowledge: Knowledge) -> Topics:
    articles = await knowledge.articles()
    return Topics(
        known={article.slug for article in articles},
        with_fact={
            article.slug
            for article in articles
            if article.answer is not None and article.confidence is not Confidence.NONE
        },
        emergencies={article.slug for article in articles if article.emergency},
    )


def first_turn(text: str, number: int = 0, visibility: Visibility = Visibility.PRIVATE) -> Turn:
    """A conversation's first message, as the hub hands it to the bot."""
    return Turn(
        conversation=f"trial-{number}",
        text=text,
        channel=ChannelKind.WEBCHAT,
        visibility=visibility,
        first=True,
        language=language_of(text) or "en",
    )


async def decide(
    responder: Responder, turn: Turn, whole: str
) -> tuple[str, None] | tuple[None, Decision]:
    """The slug of the emergency that `whole` tells of, or what the bot decides on `turn`."""
    found = recognise(whole)
    if found is not None:
        return found.slug, None
    return None, await responder.respond(turn)


async def run_trial(
    responder: Responder,
    lines: Sequence[Line],
    *,
    masked: Callable[[str], str],
    progress: Callable[[str], None],
) -> list[Said]:
    """What is said to each line, one after another, so that each turn is timed by itself.

    `masked` takes out of a text what the bot need not see, as the hub does.
    """
    await decide(responder, first_turn("hello"), "hello")  # what is read on a first message is read
    made: list[Said] = []
    for line in lines:
        began = time.perf_counter()
        emergency, decision = await decide(
            responder, first_turn(masked(line.text), line.number), line.text
        )
        taken = (time.perf_counter() - began) * 1000
        if decision is None:
            assert emergency is not None
            made.append(Said("emergency", (emergency,), ms=taken))
        else:
            made.append(said_by(decision, taken))
        if len(made) % EVERY == 0:
            progress(f"{len(made)} of {len(lines)} messages")
    return made

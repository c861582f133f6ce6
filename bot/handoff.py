"""Handing a conversation to a person: what they are told of it, in one to four lines."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue import FormSaid, Memory
from bot.wording import introduced
from hub.ports import Guess, Handoff, Knowledge, Turn

QUOTED = 160
"""Characters of a customer's message in a summary."""
VALUE = 80
"""Characters of a form's field in it."""
FIELDS = 8
GUESSED = 3
TOLD = 0.01
"""Guesses below this share say nothing to anybody."""


async def hand_off(
    knowledge: Knowledge,
    turn: Turn,
    memory: Memory,
    reason: str,
    what: str,
    *,
    text: str | None = None,
    topic: str | None = None,
    guesses: Sequence[Guess] = (),
    form: FormSaid | None = None,
) -> Handoff:
    """`what` is the summary's first sentence; `text` is said to the customer first, if any."""
    form = form or memory.form
    best = tuple(guess for guess in guesses if guess.confidence >= TOLD)[:GUESSED]
    lines = [
        what,
        customers_words(turn, memory),
        await _bots_words(knowledge, turn, memory),
        _given(form),
    ]
    if topic is None and form is not None:
        topic = form.kind
    return Handoff(
        reason=reason,
        summary="\n".join(line for line in lines if line),
        text=introduced(text, turn) if text is not None else None,
        topic=topic,
        guesses=best,
        article=memory.article or topic or (best[0].slug if best else None),
        request=form.request() if form is not None and (form.complete or form.fields) else None,
    )


def shortened(text: str, length: int = QUOTED) -> str:
    """`text` on one line; of a long one the start and the end, where the question often is."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    end = length // 3
    return f"{line[: length - end - 3].rstrip()} … {line[-end:].lstrip()}"


def customers_words(turn: Turn, memory: Memory) -> str:
    first = next((said for text in turn.earlier if (said := shortened(text))), "")
    last = shortened(turn.text)
    if first and last and first != last:
        said = f"Customer first wrote: “{first}”, and last: “{last}”"
    elif first or last:
        said = f"Customer wrote: “{first or last}”"
    else:
        said = "No text was sent."
    asked = "; ".join(f"“{shortened(one, VALUE)}”" for one in memory.questions)
    return f"{said} Also asked: {asked}" if asked else said


async def _bots_words(knowledge: Knowledge, turn: Turn, memory: Memory) -> str:
    said: list[str] = []
    if memory.article is not None:
        said.append(f"The bot showed “{await _title(knowledge, memory.article)}”.")
    offered = memory.offered or tuple(choice.title for choice in turn.choices)
    if offered and not memory.in_form:
        said.append(f"The bot offered: {'; '.join(offered)}.")
    return " ".join(said)


def _given(form: FormSaid | None) -> str:
    if form is None or not form.fields:
        return ""
    fields = [f"{each.label}: {shortened(each.value, VALUE)}" for each in form.fields[:FIELDS]]
    return f"{form.title}: {'; '.join(fields)}"


async def _title(knowledge: Knowledge, slug: str) -> str:
    article = await knowledge.article(slug)
    return article.title if article is not None else slug

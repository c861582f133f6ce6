"""What the bot says in its own words, and what it tells the person who takes over."""

from __future__ import annotations

from collections.abc import Sequence

from hub.ports import Choice, Guess, Turn

INTRODUCTION = "I am the city's automated assistant."
INTRODUCED = "automated assistant"
"""An article that says this itself is not introduced twice."""
PERSON_FOLLOWS = "A person from the city will answer you here."
NO_FACT = f"I do not have a sure answer to that. {PERSON_FOLLOWS}"
NO_FACT_EMERGENCY = (
    "If anyone is in danger, call 911 now. You can reach the city day and night at 850-891-4968."
    " A person from the city is being brought in."
)

QUOTED = 160
"""Characters of the customer's message in a summary."""


def introduced(text: str, turn: Turn) -> str:
    """`text`, in a conversation's first answer with the word that a bot says it."""
    if not turn.first or INTRODUCED in text.casefold():
        return text
    # An answer of several lines keeps its shape.
    gap = "\n\n" if "\n" in text else " "
    return f"{INTRODUCTION}{gap}{text}"


def ask_back_text(choices: Sequence[Choice]) -> str:
    lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, start=1)]
    return "\n".join(
        [
            "I am not sure I understood. Is it about one of these?",
            *lines,
            "Answer with its number, or ask for a person.",
        ]
    )


def summary(what: str, turn: Turn, guesses: Sequence[Guess] = ()) -> str:
    """One or two lines for the person who takes over: what happened, what was asked."""
    quoted = " ".join(turn.text.split())
    if len(quoted) > QUOTED:
        quoted = quoted[: QUOTED - 1].rstrip() + "…"
    lines = f"{what} Customer wrote: “{quoted}”" if quoted else f"{what} No text was sent."
    if guesses:
        best = ", ".join(f"{guess.slug} {guess.confidence:.0%}" for guess in guesses)
        lines += f"\nThe bot's guesses: {best}."
    return lines

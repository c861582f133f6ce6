"""Reading a customer's answer to "is it one of these?", without asking Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from hub.ports import Choice

LONGEST = 80
"""Characters: an answer to a choice is short; anything longer is a message of its own."""

ORDINALS = (
    ("1", "one", "first", "1st", "uno", "una", "primero", "primera", "primer"),
    ("2", "two", "second", "2nd", "dos", "segundo", "segunda"),
    ("3", "three", "third", "3rd", "tres", "tercero", "tercera", "tercer"),
)
_FILLERS = (
    "a an the el la los las lo it its it's that this is was option opción opcion choice answer"
    " number número numero no nr # one please pls thanks por favor i mean meant want yes sí si"
    " sure ok okay would be es esa ese"
)
FILLERS = frozenset(_FILLERS.split())
"""Words around the ordinal: "the first one, please", "option 2"."""

_NONE_OF_THESE = """
none/none of these/none of those/none of them/none of the above/none of the three/neither
neither one/no/nope/nah/not these/not any of these/something else/other/another
it is something else/its something else/it's something else
ninguno/ninguna/ninguno de estos/ninguna de estas/ninguno de esos/ninguna de esas
otra cosa/otro/otra/nada de eso
"""
NONE_OF_THESE = frozenset(_NONE_OF_THESE.strip().replace("\n", "/").split("/"))

_PERSON = (
    "person human agent operator representative rep somebody someone people persona humano agente"
    " representante operador alguien"
)
PERSON = frozenset(_PERSON.split())
_ASKED_FOR = (
    "i id i'd want need like to talk speak chat get can could let me may have with real live"
    " actual being now right please a an the quiero puedo necesito hablar con una un de del la"
    " el por favor prefer connect transfer customer service city"
)
ASKED_FOR = PERSON.union(_ASKED_FOR.split())
"""Words around the person: "can I please speak with a real person"."""


class Wish(Enum):
    """What a customer may say instead of taking one of the choices."""

    NONE_OF_THESE = auto()
    PERSON = auto()


def plain(text: str) -> str:
    """Lower case, single spaces, no punctuation around words; keycap emoji become digits."""
    text = text.replace("️", "").replace("⃣", "").replace("’", "'").casefold()
    return " ".join(word for raw in text.split() if (word := raw.strip('.,;:!?¡¿()[]"“”*_-–—')))


def read_choice(text: str, choices: Sequence[Choice]) -> Choice | Wish | None:
    """The choice a message takes, what it wishes instead, or None: a message of its own."""
    if len(text) > LONGEST:
        return None
    said = plain(text)
    words = set(said.split())
    if words & PERSON and words <= ASKED_FOR:
        return Wish.PERSON
    if not choices:
        return None
    if said in NONE_OF_THESE:
        return Wish.NONE_OF_THESE
    for choice in choices:
        if said == plain(choice.title) or said == choice.value:
            return choice
    return _by_number(said, choices)


def _by_number(said: str, choices: Sequence[Choice]) -> Choice | None:
    words = said.replace("#", "# ").split()
    numbers = {
        place
        for word in words
        for place, names in enumerate(ORDINALS)
        # "the first one": the `one` counts only where nothing else does.
        if word in names and not (word == "one" and len(words) > 1)
    }
    if not numbers and "one" in words:
        numbers = {0}
    known = FILLERS.union(*ORDINALS)
    if len(numbers) != 1 or any(word not in known for word in words):
        return None
    place = numbers.pop()
    return choices[place] if place < len(choices) else None

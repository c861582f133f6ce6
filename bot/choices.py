"""Reading a customer's answer to "is it one of these?", without asking Rasa."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
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
    "a an the el la los las lo it its it's that this is was option opcion choice answer"
    " number numero no nr # one please pls plz thanks por favor i mean meant want yes si sure ok"
    " okay would be es esa ese quiero quise decir gracias yeah yep ya para about sobre lo de del to"
    " and my mi"
)
FILLERS = frozenset(_FILLERS.split())
"""Words around the ordinal: "the first one, please", "option 2"."""

_NONE_OF_THESE = """
none/none of these/none of those/none of them/none of the above/none of the three/neither
neither one/neither of these/no/nope/nah/not these/not any of these/not any/none apply
none of these apply/none of these please/no none of these/no none/none thanks/something else
no something else/other/another/it is something else/its something else/it's something else
ninguno/ninguna/ninguno de estos/ninguna de estas/ninguno de esos/ninguna de esas/ningun tema
ninguno de los tres/ninguna de las tres/ninguno de ellos/no ninguno/no ninguna/no es ninguno
no es ninguna/ninguno gracias/ninguna gracias/otra cosa/no otra cosa/es otra cosa/otro/otra
otro tema/nada de eso/nada de esto
"""
NONE_OF_THESE = frozenset(_NONE_OF_THESE.strip().replace("\n", "/").split("/"))

_PERSON = (
    "person human agent operator representative rep somebody someone people persona humano agente"
    " representante operador operadora alguien humana gente"
)
PERSON = frozenset(_PERSON.split())
_ASKED_FOR = (
    "i id i'd want need like to talk speak chat get can could let me may have with real live"
    " actual being now right please a an the quiero puedo necesito hablar con una un de del la"
    " el por favor prefer prefiero connect transfer customer service city pasame paseme me"
    " comuniqueme i'll ill rather instead just would how do can't podria gracias thanks hi hello"
    " hola ya si yes no que deseo verdad"
)
ASKED_FOR = PERSON.union(_ASKED_FOR.split())
"""Words around the person: "can I please speak with a real person"."""


YES = frozenset(
    ("yes", "yeah", "yep", "yes please", "si", "si por favor", "ok", "exactly", "claro")
)


class Wish(Enum):
    """What a customer may say instead of taking one of the choices."""

    NONE_OF_THESE = auto()
    PERSON = auto()


CLOSE = 0.85
"""How alike a typed title and the title are at least."""


def plain(text: str) -> str:
    """Lower case, single spaces, no accents and no punctuation around words; keycap emoji become
    digits."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    kept = "".join(sign for sign in text if unicodedata.category(sign) not in {"Mn", "Me", "Cf"})
    return " ".join(word for raw in kept.split() if (word := raw.strip('.,;:!?¡¿()[]"“”*_-–—')))


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
    if said.replace(",", "") in NONE_OF_THESE:
        return Wish.NONE_OF_THESE
    for choice in choices:
        if said == plain(choice.title) or said == choice.value:
            return choice
    if said in YES and len(choices) == 1:
        return choices[0]
    return _by_number(said, choices) or _by_title(said, choices)


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


def _by_title(said: str, choices: Sequence[Choice]) -> Choice | None:
    """The one choice whose title is typed with errors, or whose own words are said: "the map"."""
    titles = [plain(choice.title) for choice in choices]
    close = [
        choice
        for choice, title in zip(choices, titles, strict=True)
        if SequenceMatcher(None, said, title).ratio() >= CLOSE
    ]
    if len(close) == 1:
        return close[0]
    words = set(said.split()) - FILLERS
    named = [
        choice
        for choice, title in zip(choices, titles, strict=True)
        if words and words <= set(title.split())
    ]
    return named[0] if len(named) == 1 else None

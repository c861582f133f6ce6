"""The words of a text as articles are searched by: without case and accents, cut to a stem.

Both databases' indexes get these, so that they find the same; they stem and drop nothing by
themselves. The stems are crude on purpose: only what is safe to cut is cut, and what is typed
without its accents has the same stem as what is spelt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

LANGUAGES = ("en", "es")
REVISION = 1
"""Of these rules: where it grows, every index is made anew at the next start."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40
"""Letters of a word; what is longer is no word."""

_ENGLISH = """a about all am an and any anyone are as at be been but by can could did do does for
    from get had has have he her hi him his how i if in into is it its just like me my no of on or
    our out please she so some somebody someone that the their them then there they this to up us
    was we were what when where which who why will with would you your yall"""
# "no" and "out" alone tell nothing: "power" and "water" do.
_SPANISH = """a al algo alguien ahi aqui ay como con cual cuando cuanto da de del desde donde e el
    ella ellos en era es esa ese eso esta estan estas este esto estos estoy favor fue ha hace hacer
    han hasta hay hola la las le les lo los mas me mi mis mucho muy nada ni no nos o para pero por
    porque puede puedo que quien quiero necesito se ser si sin sobre son su sus tambien te tengo
    tiene tienen tu u un una unas unos ya yo y"""

STOP_WORDS = {"en": frozenset(_ENGLISH.split()), "es": frozenset(_SPANISH.split())}


def fold(text: str) -> str:
    """Without case, accents and apostrophes."""
    plain = normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return "".join(c for c in plain if not combining(c))


def words(text: str) -> list[str]:
    """Its words, folded, in their order."""
    return [word for word in _WORD.findall(fold(text)) if len(word) <= _LONGEST]


def terms(text: str, language: str) -> list[str]:
    """The stems of its telling words, in their order."""
    return [stem(word, language) for word in words(text) if word not in STOP_WORDS[language]]


@lru_cache(50_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word."""
    return _spanish(word) if language == "es" else _english(word)


def _english(word: str) -> str:
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        cut = word.removesuffix(ending)
        if cut == word or (ending == "s" and word.endswith(("ss", "us", "is"))):
            continue
        if len(cut) < 3:
            return word
        # "stopped" and "stopping" go with "stop".
        doubled = ending in ("ing", "ed") and cut[-1] == cut[-2] and cut[-1] not in "lsz"
        return _silent(cut[:-1] if doubled else cut + kept)
    return _silent(word)


def _silent(word: str) -> str:
    """ "recycle" goes with "recycling", "service" with "services"."""
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _spanish(word: str) -> str:
    """Number, gender and the ending of an infinitive: "facturas", "pagar" and "pagos" lose them."""
    cut = word.removesuffix("s") if len(word) > 3 else word
    if len(cut) > 6 and cut.endswith(("ando", "iendo")):
        cut = cut.removesuffix("ando").removesuffix("iendo")
    elif len(cut) > 4 and cut.endswith(("ar", "er", "ir")):
        cut = cut[:-2]
    elif len(cut) > 3 and cut[-1] in "aeo":
        cut = cut[:-1]
    # "luz" and "luces", "pague" and "pago".
    if cut.endswith("z"):
        return f"{cut[:-1]}c"
    return cut[:-1] if len(cut) > 3 and cut.endswith("gu") else cut

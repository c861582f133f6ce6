"""Where a customer means: an address, a crossing, or a place by its name.

Nothing is looked up: a person reads it. So all that looks like a place in words is taken, and only
what names none ("here", "my house") is asked for again.
"""

from __future__ import annotations

import re
from typing import Optional

from dialogue import wording
from dialogue.wording import clean, plain

_STREET = (
    r"(?:st|street|ave|avenue|av|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|cir|circle|way"
    r"|pl|place"
    r"|ter|terrace|trl|trail|pkwy|parkway|hwy|highway|loop|run|pass|sq|square|cv|cove|plaza|path"
    r"|row)"
)
_UNIT = (
    r"(?:\s*,?\s*(?:apt|apartment|unit|lot|suite|ste|bldg|building|apartamento|#)\.?\s*"
    r"#?[\w-]{1,8})?"
)
_ADDRESS = re.compile(
    r"\b\d{1,6}(?:-\d{1,4})?[a-z]?\s+(?:[\w.'’-]{1,24}\s+){1,4}?"
    + _STREET
    + r"\b\.?(?:\s+[nsew]{1,2}\b)?"
    + _UNIT,
    re.IGNORECASE,
)
_SPANISH_ADDRESS = re.compile(
    r"\b(?:calle|avenida|camino|carretera)\s+(?:[\w.'’-]{1,24}\s+){0,4}?(?:#|numero\s+"
    r"|número\s+)?\d{1,6}\b" + _UNIT,
    re.IGNORECASE,
)
_CROSSING = re.compile(
    rf"\b(?:corner of|intersection of|crossing of|esquina de|cruce de)\b"
    rf"|\b{_STREET}\b\.?\s*(?:and|&|y|con)\s"
    rf"|\b(?:and|&|y|con)\s+(?:[\w.'-]+\s+){{1,3}}{_STREET}\b",
    re.IGNORECASE,
)
_STREET_WORD = re.compile(rf"\b{_STREET}\b", re.IGNORECASE)
_BUILDING = re.compile(
    r"\b(?:apartments?|complex|condos?|village|church|school|park|mall|store|station|hospital"
    r"|library"
    r"|apartamentos|edificio|iglesia|escuela|parque|tienda|hospital|biblioteca)\b"
)
_PLACE_LEAD = re.compile(
    r"(?:(?:yes|si|ok|sure)[\s,]+)?(?:(?:the|my|our|la|mi|nuestra) (?:new |old |nueva |vieja )?"
    r"(?:address|direccion|house|casa) (?:is|es)|i(?:'m| am| live)(?: at| on| in)?|it(?:'s"
    r"| is)(?: at)?|at|on"
    r"|vivo en|estoy en|en|es|esta en|direccion)[\s:]+"
)


def is_address(text: str) -> bool:
    """Whether a street with a number, or two that cross, stand in it."""
    return any(each.search(text) for each in (_ADDRESS, _SPANISH_ADDRESS, _CROSSING))


def find_address(text: str) -> Optional[str]:
    """The one address in a longer text; None where there is none, or more than one."""
    found = [*_ADDRESS.finditer(text), *_SPANISH_ADDRESS.finditer(text)]
    return clean(found[0][0]) if len(found) == 1 else None


def without_addresses(text: str) -> str:
    return _SPANISH_ADDRESS.sub(" ", _ADDRESS.sub(" ", text))


def read_place(said: str) -> Optional[str]:
    """The place that the answer `said` names, as the customer wrote it."""
    lead = _PLACE_LEAD.match(wording.plain_keeping_length(said))
    said = clean(said[lead.end() :]) if lead else said
    words = plain(said)
    if len(said) < 4 or not re.search(r"[a-z]{2}", words) or wording.unsure(words):
        return None
    many = len(words.split()) >= 2
    numbered = re.search(r"\d", words) is not None and many
    named = many and (_STREET_WORD.search(words) or _BUILDING.search(words))
    fits = numbered or named or _CROSSING.search(words)
    masked = re.fullmatch(r"\[[a-z -]+\]", words)  # a hidden number names no place
    return said if fits and not masked else None

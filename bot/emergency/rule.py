"""What a rule is, and the words every rule shares.

Rules read text that `bot.emergency.text` made plain: lower case, without accents, apostrophes
and punctuation, so that `don't` is `dont` and `tubería` is `tuberia`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches a piece that holds `pattern`, and `also`, and not `unless`."""

    slug: str
    pattern: re.Pattern[str]
    also: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    across: bool = False
    """Also read over two sentences together."""

    def match(self, piece: str) -> str | None:
        """The words of `piece` that match, or None."""
        found = self.pattern.search(piece)
        if found is None:
            return None
        if self.also is not None and not self.also.search(piece):
            return None
        if self.unless is not None and self.unless.search(piece):
            return None
        return found.group(0)


def rule(
    slug: str, pattern: str, *, also: str | None = None, unless: str | None = None,
    across: bool = False,
) -> Rule:  # fmt: skip
    return Rule(
        slug,
        re.compile(pattern),
        re.compile(also) if also is not None else None,
        re.compile(unless) if unless is not None else None,
        across,
    )


def words(alternatives: str) -> str:
    """`a|b c|d` as whole words."""
    return rf"\b(?:{alternatives})\b"


def near(one: str, other: str, gap: int = 5) -> str:
    """`one` and `other` with at most `gap` words between, in either order."""
    between = rf"(?: \w+){{0,{gap}}}? "
    return rf"(?:{words(one)}{between}{words(other)}|{words(other)}{between}{words(one)})"


NOT_NOW = re.compile(
    r"\b(?:"
    r"(?:years?|months?|decades?) ago|last (?:week|month|year|summer|winter|spring|fall)"
    r"|used to|when i was (?:a kid|little|young)|back in (?:19|20)\d\d"
    r"|thanks? (?:you )?(?:so much )?for (?:fixing|repairing|coming|responding|handling)"
    r"|(?:how|ways?|steps?|tips)(?: \w+){0,4} (?:prevent|avoid)|prevent(?:ing|ion)?|to avoid"
    r"|como (?:prevenir|evitar|prevengo|evito)|(?:para|de) (?:prevenir|evitar)"
    r"|false alarm|falsa alarma"
    r"|el (?:ano|mes) pasado|la semana pasada|hace \w+ (?:anos?|mes(?:es)?)"
    r"|in the news|the news about|in a movie|movie about"
    r"|what (?:would|will) happen (?:if|when)|drill|training|class|workshop|brochure"
    r"|(?:claim|reimburse\w*|compensat\w*|credit|adjustment|damages?) (?:for|from|after)"
    r"|want (?:compensation|reimbursement|a refund)|ruined my|im afraid (?:that|the|a)"
    r"|afraid (?:that|the|a|it)|worried (?:that|it)(?: \w+){0,3} (?:could|will|would|might)"
    r"|(?:could|might|would|going to|gonna) (?:\w+ )?(?:fall|take down|pull)"
    r")\b"
)
"""What is past, feared or asked out of interest, and so not happening."""

STILL = re.compile(
    r"\b(?:now|again|still|currently|tonight|this morning|just (?:started|happened|came|fell|hit)"
    r"|today|ahora|otra vez|todavia|sigue|hoy)\b"
)
"""Beats NOT_NOW: "you fixed it last week and I smell gas again"."""

ASKING = (
    r"\b(?:(?:do|does|can|will) (?:you|the city|yall)(?: guys)? (?:\w+ )?"
    r"(?:sell|offer|give|provide|have|do|check|install|supply|cover)"
    r"|where (?:can|do|should) i (?:buy|get|install|place|put|find|pay)"
    r"|how (?:often|many|much|deep|tall)|what size|rebates?|insurance|included|covered|coverage"
    r"|who (?:owns|is responsible|pays)|required|detectors for|easement"
    r"|donde (?:compro|consigo|instalo)|cuanto (?:cuesta|cobran)|venden)\b"
)
"""Questions about a thing and not about a danger."""

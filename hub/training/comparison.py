"""Whether a new model is worse than the one in use: one rule, pure.

Both are measured on held-back messages, and only those that both know count: a new article brings
its own, an archived one takes its own away. Three shares are looked at:

| share | worse if it is | and | goal |
|---|---|---|---|
| answered wrong | higher | by more than 1 point | at most 4 % |
| answered right, or offered | lower | by more than 1 point | at least 90 % |
| of what is out of scope, answered | higher | by more than 2 points | at most 10 % |

and by two messages at least. Of a few hundred messages a handful goes to and fro with every
training, one harmless phrase is enough: so a change counts only where it is no chance (a sign test
on the messages that changed sides, 5 %), or where a goal is missed, so that small steps do not add
up. The same holds for each language that has 30 messages of the kind: a model that forgets Spanish
is worse though few write it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from hub.ports import OUT_OF_SCOPE, HeldBackLine, Verdict

FEWEST_LINES = 2
"""One message more or less is chance."""
FEWEST_OF_A_LANGUAGE = 30
CHANCE = 0.05

_HELPED = (Verdict.RIGHT, Verdict.OFFERED)
_RANK = {Verdict.RIGHT: 3, Verdict.OFFERED: 2, Verdict.MISSED: 1, Verdict.WRONG: 0}


def key_of(line: HeldBackLine) -> str:
    """By which two models' lines are the same; the customer's words cannot be read from it."""
    words = f"{line.slug}\n{line.language}\n{line.text}".encode()
    return hashlib.sha256(words).hexdigest()[:16]


def remembered(lines: Iterable[HeldBackLine]) -> dict[str, str]:
    """What is kept of a model's lines to compare later ones with."""
    return {key_of(line): line.verdict.value for line in lines}


@dataclass(frozen=True, slots=True)
class Loss:
    """One message that the new model gets wrong and the one in use does not."""

    line: HeldBackLine
    before: Verdict

    def as_json(self) -> dict[str, Any]:
        line = self.line
        return {
            "text": line.text,
            "slug": line.slug,
            "language": line.language,
            "before": self.before.value,
            "now": line.verdict.value,
            "said": line.said,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    compared: int
    """Messages that both models were measured on."""
    reasons: tuple[str, ...]
    """Why the new model is worse, in words for people; none where it is not."""
    losses: tuple[Loss, ...]
    """What it gets worse, wrong answers first; there may be some though it is not worse."""

    @property
    def worse(self) -> bool:
        return bool(self.reasons)


def compare(before: Mapping[str, str], now: Sequence[HeldBackLine]) -> Comparison:
    """`before` is what is `remembered` of the model in use."""
    pairs = [(line, Verdict(before[key])) for line in now if (key := key_of(line)) in before]
    groups = {"": pairs}
    for language in sorted({line.language for line, _ in pairs}):
        groups[language] = [pair for pair in pairs if pair[0].language == language]
    if len(groups) == 2:
        del groups[next(language for language in groups if language)]
    reasons = [reason for language, group in groups.items() for reason in _reasons(language, group)]
    losses = [Loss(line, old) for line, old in pairs if _RANK[line.verdict] < _RANK[old]]
    losses.sort(key=lambda loss: _RANK[loss.line.verdict])
    return Comparison(len(pairs), tuple(reasons), tuple(losses))


_Pair = tuple[HeldBackLine, Verdict]


@dataclass(frozen=True, slots=True)
class _Share:
    """A share of bad verdicts: `goal` and `points` are shares, too."""

    strangers: bool
    bad: Callable[[Verdict], bool]
    points: float
    goal: float
    words: str
    good_is_told: bool = False


_SHARES = (
    _Share(False, lambda verdict: verdict is Verdict.WRONG, 0.01, 0.04, "answered wrong"),
    _Share(
        False, lambda verdict: verdict not in _HELPED, 0.01, 0.10, "answered right or offered", True
    ),
    _Share(
        True,
        lambda verdict: verdict is Verdict.WRONG,
        0.02,
        0.10,
        "answered though no article is right",
    ),
)


def _reasons(language: str, pairs: Sequence[_Pair]) -> Iterable[str]:
    where = {"": "", "en": " in English", "es": " in Spanish"}.get(language, f" in {language!r}")
    fewest = FEWEST_OF_A_LANGUAGE if language else 1
    for share in _SHARES:
        lines = [pair for pair in pairs if (pair[0].slug == OUT_OF_SCOPE) is share.strangers]
        if len(lines) < fewest:
            continue
        before = sum(share.bad(old) for _, old in lines)
        now = sum(share.bad(line.verdict) for line, _ in lines)
        lost = sum(share.bad(line.verdict) and not share.bad(old) for line, old in lines)
        if _is_worse(share, len(lines), before, now, lost):
            if share.good_is_told:
                before, now = len(lines) - before, len(lines) - now
            yield f"{now} instead of {before} of {len(lines)} messages {share.words}{where}"


def _is_worse(share: _Share, total: int, before: int, now: int, lost: int) -> bool:
    """`lost` of the messages went to the bad side."""
    rise = now - before
    # Counts, not shares: 3 % less 2 % is not one point in binary fractions.
    if rise < FEWEST_LINES or rise <= share.points * total + 1e-9:
        return False
    return now > share.goal * total + 1e-9 or chance(lost, lost - rise) < CHANCE


def chance(lost: int, won: int) -> float:
    """How likely it is that at least `lost` of the messages that changed sides got worse, if
    both were as likely."""
    changed = lost + won
    ways: int = sum(comb(changed, number) for number in range(lost, changed + 1))
    return ways / float(2**changed)

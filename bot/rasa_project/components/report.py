"""How a trained model does on the held-back lines, line by line: two models can be compared."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from components.intent_model import OUT_OF_SCOPE
from components.judge import Verdict
from components.material import OUT_OF_SCOPE_SLUG, Line, slug_of

RIGHT, WRONG, OFFERED, MISSED = "right", "wrong", "offered", "missed"


def outcome(line: Line, verdict: Verdict) -> Tuple[str, str]:
    """What became of the line, and the slug that was answered or thought of first.

    right: answered with its article, or out of scope and not answered; wrong: answered with
    another; offered: its article among the choices; missed: none of these, so a person comes.
    """
    best = verdict.ranking[0][0]
    predicted = OUT_OF_SCOPE_SLUG if verdict.out_of_scope else slug_of(best)
    if line.intent == OUT_OF_SCOPE:
        return (WRONG if verdict.answered else RIGHT), predicted
    if verdict.answered:
        return (RIGHT if best == line.intent else WRONG), predicted
    return (OFFERED if line.intent in verdict.offered else MISSED), predicted


def report(lines: Sequence[Line], verdicts: Sequence[Verdict]) -> Tuple[Dict[str, Any], List[Any]]:
    """Counts a language, and every line with what became of it."""
    counts: Dict[str, Dict[str, int]] = {}
    rows = []
    for line, verdict in zip(lines, verdicts, strict=True):
        result, predicted = outcome(line, verdict)
        count = counts.setdefault(
            line.language,
            {
                "n": 0,
                "right": 0,
                "wrong": 0,
                "offered": 0,
                "handed": 0,
                "out_of_scope": 0,
                "out_of_scope_answered": 0,
            },
        )
        if line.intent == OUT_OF_SCOPE:
            count["out_of_scope"] += 1
            count["out_of_scope_answered"] += result == WRONG
        else:
            count["n"] += 1
            count["handed" if result == MISSED else result] += 1
        rows.append(
            {
                "text": line.text,
                "lang": line.language,
                "slug": line.slug,
                "outcome": result,
                "predicted": predicted,
            }
        )
    return counts, rows

"""What is said word for word as an article's phrase needs no guess.

Whoever publishes a phrase expects it to be answered, however the model rates it. One word alone
is left to the model: it is too little to be sure of, whoever listed it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Dict, Optional, Sequence, Set, Tuple

from components.judge import Verdict
from components.material import Line

SURE = 0.99
"""The confidence of what is known word for word."""

FEWEST_WORDS = 2
LONGEST = 600
"""Characters; no phrase is longer, and nothing longer is compared."""

_WORD = re.compile(r"\w+")


def digest_of(text: str) -> Optional[str]:
    """Of its words without case, accents and punctuation; None for too few or too many.

    A digest, so that customers' own words, once labelled, do not stand readable in a model.
    """
    if len(text) > LONGEST:
        return None
    letters = unicodedata.normalize("NFD", text.casefold())
    words = _WORD.findall("".join(each for each in letters if not unicodedata.combining(each)))
    if len(words) < FEWEST_WORDS:
        return None
    return blake2b(" ".join(words).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class KnownPhrases:
    """The one intent of each phrase, by the phrase's digest."""

    intents: Dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, phrases: Sequence[Line], language: str) -> "KnownPhrases":
        """Those of `language`; one that several intents list is no knowledge."""
        meant: Dict[str, Set[str]] = {}
        for line in phrases:
            digest = digest_of(line.text) if line.language == language else None
            if digest is not None:
                meant.setdefault(digest, set()).add(line.intent)
        return cls({each: next(iter(of)) for each, of in meant.items() if len(of) == 1})

    def settled(self, verdict: Verdict, text: str) -> Verdict:
        """`verdict`, or what is known of `text`. An emergency that was heard in it stays one."""
        digest = digest_of(text)
        intent = self.intents.get(digest) if digest is not None else None
        named: Dict[str, float] = dict(verdict.ranking)
        if intent is None or intent not in named:
            return verdict
        sure = max(SURE, named.pop(intent))
        rest: Tuple[Tuple[str, float], ...] = tuple(
            (name, min(confidence, 1 - sure)) for name, confidence in named.items()
        )
        return replace(verdict, ranking=((intent, sure), *rest), answered=True, out_of_scope=False)

    def save(self, folder: Path, language: str) -> None:
        (folder / f"{language}_known.json").write_text(json.dumps(self.intents), "utf-8")

    @classmethod
    def load(cls, folder: Path, language: str) -> "KnownPhrases":
        return cls(json.loads((folder / f"{language}_known.json").read_text("utf-8")))

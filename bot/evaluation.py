"""Scoring the bot on labelled messages: pure, from what was said to one JSON object.

A line is `{"text", "slug", "emergency", "lang", "also"}`; `slug` may be `out-of-scope`, `also`
lists further right answers. Each line is one conversation's first message, in private.

Lines with an article fall into five classes that add up to their number:

- `answered_right`: the answer, the emergency's steps or the form of a right slug; a hand-over with
  a right topic, where that topic's article has no fact; a person for `talk-to-a-person`;
- `answered_wrong`: the answer, the steps or the form of another slug;
- `asked_back_right`, `asked_back_wrong`: a right slug is among the choices, or none is;
- `handed_over`: every other hand-over.

An out-of-scope line is `answered` if an answer, steps or a form came back. It is recognised
(`recall`) if it is handed over without a topic: that is what `precision` counts of all lines, too.
Asking back is neither. An emergency is predicted if the rules or the bot give its steps, of
whatever slug. With nothing to count, recall and precision are 1.

`confusions` are the pairs of what was right and what was said instead, most frequent first:
`said` is a slug, the choices' slugs joined by `|`, or `hand-over:REASON`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

from hub.ports import Answer, Ask, AskBack, Decision

OUT_OF_SCOPE = "out-of-scope"
PERSON_SLUG = "talk-to-a-person"
CLASSES = (
    "answered_right",
    "answered_wrong",
    "asked_back_right",
    "asked_back_wrong",
    "handed_over",
)
CONFUSIONS = 50
"""Pairs at most, of TEXTS examples each."""
TEXTS = 5

Act = Literal["answer", "emergency", "form", "choices", "hand-over"]


class BadLine(Exception):
    """A line of the file that cannot be used."""

    def __init__(self, number: int, reason: str) -> None:
        self.number, self.reason = number, reason
        super().__init__(f"line {number}: {reason}")


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled message. `emergency` None: it is one if its slug is an emergency's article."""

    number: int
    text: str
    slug: str
    emergency: bool | None = None
    lang: str = "en"
    also: tuple[str, ...] = ()

    @property
    def right(self) -> frozenset[str]:
        return frozenset((self.slug, *self.also))


@dataclass(frozen=True, slots=True)
class Said:
    """What came back: `slugs` are the topic, the choices, or nothing."""

    act: Act
    slugs: tuple[str, ...]
    reason: str = ""
    ms: float = 0.0
    """How long the turn took."""

    @property
    def named(self) -> str:
        if self.act == "hand-over":
            return f"hand-over:{self.reason}" + (f":{self.slugs[0]}" if self.slugs else "")
        return "|".join(self.slugs)


@dataclass(frozen=True, slots=True)
class Topics:
    """The articles' slugs: those with a fact that is stated, and the emergencies."""

    known: Collection[str]
    with_fact: Collection[str]
    emergencies: Collection[str]


def read_lines(content: str) -> tuple[Line, ...]:
    """The labelled messages of a JSON-lines file; blank lines count as lines. Raises BadLine."""
    return tuple(_lines(content))


def said_by(decision: Decision, ms: float = 0.0) -> Said:
    """What a decision of the bot's counts as."""
    match decision:
        case Answer(emergency=True):
            return Said("emergency", decision.articles[:1], ms=ms)
        case Answer():
            return Said("answer", decision.articles[:1], ms=ms)
        case AskBack():
            return Said("choices", tuple(choice.value for choice in decision.choices), ms=ms)
        case Ask():
            return Said("form", (decision.topic,) if decision.topic else (), ms=ms)
        case _:
            topic = PERSON_SLUG if decision.reason == "asked-for-person" else decision.topic
            return Said("hand-over", (topic,) if topic else (), decision.reason, ms)


def outcome(line: Line, said: Said, topics: Topics) -> str:
    """One of CLASSES, for a line that has an article."""
    right = line.right
    match said.act:
        case "choices":
            return "asked_back_right" if right & set(said.slugs) else "asked_back_wrong"
        case "hand-over":
            topic = next(iter(said.slugs), None)
            settled = topic in right and (topic == PERSON_SLUG or topic not in topics.with_fact)
            return "answered_right" if settled else "handed_over"
        case _:
            return "answered_right" if right & set(said.slugs) else "answered_wrong"


def evaluate(lines: Sequence[Line], said: Sequence[Said], topics: Topics) -> dict[str, Any]:
    """The whole result, as `hub bot evaluate` prints it."""
    pairs = list(zip(lines, said, strict=True))
    languages = sorted({line.lang for line in lines})
    return {
        "n": len(pairs),
        "with_article": _with_article(pairs, topics),
        "out_of_scope": _out_of_scope(pairs),
        "emergency": _emergency(pairs, topics),
        "by_lang": {
            language: _by_language([pair for pair in pairs if pair[0].lang == language], topics)
            for language in languages
        },
        "confusions": _confusions(pairs, topics),
        "p95_ms": _p95(pairs),
    }


Pair = tuple[Line, Said]


def _by_language(pairs: Sequence[Pair], topics: Topics) -> dict[str, Any]:
    emergency = _emergency(pairs, topics)
    return {
        "n": len(pairs),
        "with_article": _with_article(pairs, topics),
        "out_of_scope": _out_of_scope(pairs),
        "emergency": {name: emergency[name] for name in ("n", "recall", "precision")},
        "p95_ms": _p95(pairs),
    }


def _with_article(pairs: Iterable[Pair], topics: Topics) -> dict[str, int]:
    known = [pair for pair in pairs if pair[0].slug != OUT_OF_SCOPE]
    counts = Counter(outcome(line, said, topics) for line, said in known)
    return {"n": len(known)} | {name: counts[name] for name in CLASSES}


def _out_of_scope(pairs: Sequence[Pair]) -> dict[str, Any]:
    strangers = [pair for pair in pairs if pair[0].slug == OUT_OF_SCOPE]
    found = sum(_is_turned_away(said) for _, said in strangers)
    return {
        "n": len(strangers),
        "answered": sum(_answered_stranger(line, said) for line, said in strangers),
        "recall": _share(found, len(strangers)),
        "precision": _share(found, sum(_is_turned_away(said) for _, said in pairs)),
    }


def _is_turned_away(said: Said) -> bool:
    return said.act == "hand-over" and not said.slugs


def _answered_stranger(line: Line, said: Said) -> bool:
    """Unless `also` allows that answer."""
    return said.act in ("answer", "emergency", "form") and not line.right & set(said.slugs)


def _emergency(pairs: Iterable[Pair], topics: Topics) -> dict[str, Any]:
    there = told = both = 0
    missed: list[dict[str, str]] = []
    false: list[dict[str, str]] = []
    for line, said in pairs:
        is_one = line.slug in topics.emergencies if line.emergency is None else line.emergency
        predicted = said.act == "emergency"
        there, told, both = there + is_one, told + predicted, both + (is_one and predicted)
        if is_one != predicted:
            shown = {"text": line.text, "slug": line.slug, "said": said.named}
            (missed if is_one else false).append(shown)
    return {
        "n": there,
        "recall": _share(both, there),
        "precision": _share(both, told),
        "missed": missed,
        "false": false,
    }


def _confusions(pairs: Iterable[Pair], topics: Topics) -> list[dict[str, Any]]:
    texts: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for line, said in pairs:
        if line.slug == OUT_OF_SCOPE:
            went = "answered" if _answered_stranger(line, said) else ""
        else:
            went = outcome(line, said, topics)
        if went and not went.endswith("_right"):
            texts[line.slug, said.named, went].append(line.text)
    ordered = sorted(texts.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"slug": slug, "said": said, "outcome": went, "n": len(found), "texts": found[:TEXTS]}
        for (slug, said, went), found in ordered[:CONFUSIONS]
    ]


def _p95(pairs: Iterable[Pair]) -> float:
    """Milliseconds that 95 % of the turns took at most; 0 without turns."""
    taken = sorted(said.ms for _, said in pairs)
    return round(taken[ceil(0.95 * len(taken)) - 1], 1) if taken else 0.0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _lines(content: str) -> Iterator[Line]:
    for number, raw in enumerate(content.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
        except ValueError as error:
            raise BadLine(number, f"is not JSON ({error})") from error
        except RecursionError:
            raise BadLine(number, "is nested too deeply") from None
        if not isinstance(value, dict):
            raise BadLine(number, "is not a JSON object")
        yield Line(
            number,
            text=_text(number, value, "text"),
            slug=_text(number, value, "slug").strip(),
            emergency=_flag(number, value.get("emergency")),
            lang=_language(number, value.get("lang")),
            also=_slugs(number, value.get("also")),
        )


def _text(number: int, value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise BadLine(number, f"needs {name!r}, a text")
    return text


def _flag(number: int, value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    raise BadLine(number, "'emergency' is neither true nor false")


def _language(number: int, value: object) -> str:
    if value is None:
        return "en"
    if isinstance(value, str) and value.strip():
        return value.strip().lower()
    raise BadLine(number, "'lang' is not the name of a language")


def _slugs(number: int, value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise BadLine(number, "'also' is not a list of slugs")
    return tuple(one.strip() for one in listed if one.strip())

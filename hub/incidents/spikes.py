"""Noticing a spike of similar inquiries: pure functions over values.

What many different customers say at once, and hardly anybody says otherwise, is one matter. Places
come first, so that two neighbourhoods are two matters; what is left is looked at by topic. A
customer counts once, however often they write.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from hub.incidents.baseline import Baseline, tail
from hub.incidents.matching import Rule, Seen, matches
from hub.incidents.subjects import BY_KEY, EVERYDAY, subjects_of
from hub.incidents.words import Said

WINDOWS = (30, 120)
"""Minutes that are looked at: a fast storm, and a slow one."""
LEAST = 5
"""Different customers."""
_TIMES_USUAL = 3.0
_UNLIKELY = -5.0
"""Decimal logarithm of the chance below which it is no chance: a window has some hundred words,
and is looked at some thousand times a day."""
_MOST = 5
"""Spikes of one window."""
_WITH = 0.9
"""A phrase that so many of a word's customers say is meant by the word."""
_MAJORITY = 0.5
_SMALL_TALK = frozenset(
    ("greeting", "goodbye", "thanks", "compliment", "is-this-a-bot", "talk-to-a-person")
)
"""Topics that are no matter."""


class _Kind(IntEnum):
    """What is looked for first."""

    PLACE = 0
    MATTER = 1
    """A topic or subject."""
    WORD = 2


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A customer's message of the window."""

    message_id: int
    customer: int
    at: datetime
    seen: Seen
    features: frozenset[str]
    """What `features_of` gave for its text."""


@dataclass(frozen=True, slots=True)
class Spike:
    title: str
    topic: str | None
    terms: tuple[str, ...]
    seen: int
    """Different customers in `minutes`, where `expected` are usual."""
    expected: float
    minutes: int

    @property
    def rule(self) -> Rule:
        return Rule(self.topic, self.terms)


@dataclass(frozen=True, slots=True)
class _Found:
    kind: _Kind
    feature: str
    customers: frozenset[int]
    expected: float
    tail: float


def features_of(said: Said) -> frozenset[str]:
    """What a text is counted by: its distinctive words and phrases, and its subjects."""
    words = (
        phrase for phrase in said.phrases if not any(part in EVERYDAY for part in phrase.split())
    )
    return frozenset((*words, *(f"about:{key}" for key in subjects_of(said))))


def find_spikes(
    inquiries: Sequence[Inquiry],
    baseline: Baseline,
    now: datetime,
    explained: Iterable[Rule] = (),
) -> list[Spike]:
    """The spikes among the inquiries until `now`, the shorter window's first.

    What one of the `explained` rules matches belongs to something known already.
    """
    known = [rule for rule in explained if not rule.empty]
    found: list[Spike] = []
    for minutes in WINDOWS:
        since = now - timedelta(minutes=minutes)
        window = [one for one in inquiries if since < one.at <= now]
        everything = max(
            float(len({one.customer for one in window})), baseline.inquiries(now, minutes)
        )
        rest = [one for one in window if not any(matches(rule, one.seen) for rule in known)]
        for _ in range(_MOST):
            spike = _strongest(rest, baseline, now, minutes, everything)
            if spike is None:
                break
            found.append(spike)
            known.append(spike.rule)
            rest = [one for one in rest if not matches(spike.rule, one.seen)]
    return found


def _strongest(
    inquiries: Sequence[Inquiry],
    baseline: Baseline,
    now: datetime,
    minutes: int,
    everything: float,
) -> Spike | None:
    customers: dict[str, set[int]] = defaultdict(set)
    for one in inquiries:
        for feature in one.features:
            customers[feature].add(one.customer)
        for topic in one.seen.topics:
            if topic not in _SMALL_TALK:
                customers[f"topic:{topic}"].add(one.customer)
    found: list[_Found] = []
    for feature, who in customers.items():
        if len(who) < LEAST:
            continue
        kind = _kind(feature, inquiries)
        # What comes beside it: a storm must not make itself usual.
        beside = max(everything - len(who), baseline.inquiries(now, minutes))
        if feature.startswith("topic:"):
            usual = baseline.of_topic(feature[6:], now, minutes, beside)
        else:
            place = kind is _Kind.PLACE
            usual = baseline.of_feature(feature, now, beside, place=place)
        chance = tail(len(who), usual)
        if len(who) >= _TIMES_USUAL * usual and chance <= _UNLIKELY:
            found.append(_Found(kind, feature, frozenset(who), usual, chance))
    for best in sorted(found, key=lambda one: (one.kind, one.tail, -len(one.feature), one.feature)):
        spike = _described(_whole_phrase(best, found), inquiries, minutes)
        # Its topic may leave too few of those who said the word.
        held = {one.customer for one in inquiries if matches(spike.rule, one.seen)}
        if len(held) >= LEAST:
            return spike
    return None


def _kind(feature: str, inquiries: Sequence[Inquiry]) -> _Kind:
    if feature.startswith(("topic:", "about:")):
        return _Kind.MATTER
    phrases = [one.seen.said.phrases[feature] for one in inquiries if feature in one.features]
    placed = sum(phrase.place_like for phrase in phrases)
    return _Kind.PLACE if placed > _MAJORITY * len(phrases) else _Kind.WORD


def _whole_phrase(word: _Found, found: Sequence[_Found]) -> _Found:
    """`Lake Jackson` where nearly everybody who says `Lake` says that."""
    if word.kind is _Kind.MATTER:
        return word
    longer = [
        one
        for one in found
        if word.feature in one.feature.split()
        and one.feature != word.feature
        and len(one.customers & word.customers) >= _WITH * len(word.customers)
    ]
    return max(longer, key=lambda one: len(one.customers), default=word)


def _described(best: _Found, inquiries: Sequence[Inquiry], minutes: int) -> Spike:
    if best.kind is _Kind.MATTER:
        return _of_matter(best, minutes)
    members = [one for one in inquiries if best.feature in one.features]
    topic, subject = _topic_of(members)
    written = Counter(one.seen.said.phrases[best.feature].written for one in members)
    name = max(written, key=lambda form: (written[form], form))
    name = name if any(sign.isupper() for sign in name) else name.title()
    what = BY_KEY[subject].title if subject else _as_title(topic) if topic else "Many inquiries"
    link = "in" if best.kind is _Kind.PLACE and (subject or topic) else "about"
    return Spike(
        f"{what}: {name}" if link == "about" and (subject or topic) else f"{what} {link} {name}",
        topic,
        (best.feature,),
        len(best.customers),
        round(best.expected, 2),
        minutes,
    )


def _of_matter(best: _Found, minutes: int) -> Spike:
    sort, _, name = best.feature.partition(":")
    topic = name if sort == "topic" else BY_KEY[name].topic
    title = _as_title(topic) if sort == "topic" else BY_KEY[name].title
    return Spike(
        f"{title}: more than usual",
        topic,
        (),
        len(best.customers),
        round(best.expected, 2),
        minutes,
    )


def _topic_of(members: Sequence[Inquiry]) -> tuple[str | None, str | None]:
    """What most of them are about: the topic the bot gave, else the subject of their words."""
    customers = {one.customer for one in members}
    topics: dict[str, set[int]] = defaultdict(set)
    subjects: dict[str, set[int]] = defaultdict(set)
    for one in members:
        for topic in one.seen.topics:
            topics[topic].add(one.customer)
        for key in subjects_of(one.seen.said):
            subjects[key].add(one.customer)
    subject = _common(subjects, len(customers))
    if subject is not None:
        return BY_KEY[subject].topic, subject
    return _common(topics, len(customers)), None


def _common(groups: Mapping[str, set[int]], customers: int) -> str | None:
    """The largest of the groups, if it has more than half of the customers."""
    if not groups:
        return None
    name = max(groups, key=lambda key: (len(groups[key]), key))
    return name if len(groups[name]) > _MAJORITY * customers else None


def _as_title(topic: str) -> str:
    return topic.replace("-", " ").capitalize()

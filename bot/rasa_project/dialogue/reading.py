"""What a message means to the dialogue: a topic, a value for an open form, or a word about it.

Intents alone cannot tell that "12 Oak St" answers a question: they do not know the question. So
what the classifier found is read once more beside the open form, and Rasa's rules and forms work on
the result: an intent of bot/domain.py, and entities whose role is the slot they are for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from dialogue import wording
from dialogue.form import CHANGE, CONFIRMATION, OFFER, Form, Slot
from dialogue.place import is_address
from dialogue.state import Open
from dialogue.value import FREE, Problem, find, is_sure, read
from dialogue.wording import plain

FALLBACK = "nlu_fallback"
PERSON_SLUG = "talk-to-a-person"
SMALL_TALK = frozenset({"greeting", "goodbye", "thanks", "is-this-a-bot"})
FEW, TOLD = 4, 15
"""Words: fewer say too little to be a question of their own; more tell a story."""
RESUMED_AFTER = 12.0
"""Hours of silence after which it is said what was being done."""


@dataclass(frozen=True)
class Heard:
    """A message, and what the classifier made of it: `topic` is a slug it is sure of, or None."""

    text: str
    topic: Optional[str]
    out_of_scope: bool
    today: date
    private: bool
    idle: bool
    emergency: Optional[str] = None
    """The slug of the emergency that the classifier hears in it."""

    @property
    def said(self) -> str:
        return plain(self.text)


@dataclass
class Reading:
    """An intent, values (`(kind, slot, text)`), and what of an open form is to be changed first.

    `within` tells whether the open form goes on; otherwise it is forgotten before Rasa runs.
    """

    intent: str
    values: List[Tuple[str, str, str]] = field(default_factory=list)
    clear: Tuple[str, ...] = ()
    aside: Optional[str] = None
    within: bool = True

    def entities(self) -> List[Dict[str, Any]]:
        """As Rasa has them in a message."""
        return [
            {"entity": kind, "role": slot, "value": text, "extractor": "dialogue"}
            for kind, slot, text in self.values
        ]


def sure_topic(parsed: Mapping[str, Any]) -> Optional[str]:
    """The slug of the topic that the classifier is sure enough of to answer."""
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), intent.get("confidence") or 0.0
    thresholds = parsed.get("thresholds")
    needed = thresholds.get("answer", 0.0) if isinstance(thresholds, Mapping) else 0.0
    if not isinstance(name, str) or name == FALLBACK or parsed.get("out_of_scope"):
        return None
    # Intents are slugs with underscores (kb/export.py).
    return name.replace("_", "-") if confidence >= needed else None


def read_message(heard: Heard, forms: Mapping[str, Form], opened: Optional[Open]) -> Reading:
    """Without an open form, or outside a private place, a message is about a topic."""
    if opened is None or not heard.private:
        return _fresh(heard, forms)
    return _command(heard, opened) or (
        _offered(heard, forms, opened) if opened.ask == OFFER else _within(heard, opened)
    )


def _fresh(heard: Heard, forms: Mapping[str, Form]) -> Reading:
    if heard.out_of_scope:
        return Reading("form__out_of_scope", within=False)
    if heard.topic is None:
        return Reading(FALLBACK, within=False)
    intent = heard.topic.replace("-", "_")
    form = forms.get(heard.topic)
    if form is None or not heard.private:
        return Reading(intent, within=False)
    return Reading(f"form__begin__{intent}", _found(heard, form, {}), within=False)


def _command(heard: Heard, opened: Open) -> Optional[Reading]:
    said = heard.said
    if wording.wants_out(said):
        return Reading("form__cancel")
    slot = opened.slot
    person = heard.topic == PERSON_SLUG and not (slot and _sure(slot, heard))
    telling = slot is not None and slot.kind == "words" and len(said.split()) > TOLD
    if (person or wording.wants_person(said)) and not telling:
        return Reading("form__person")
    return None


def _offered(heard: Heard, forms: Mapping[str, Form], opened: Open) -> Reading:
    """Nothing is lost yet: another topic is followed, and facts are as good as a yes."""
    form = opened.form
    leading, rest = wording.after_consent(heard.text)
    answer = wording.consent(heard.said) or leading
    if answer is None and heard.idle:
        topic = heard.topic not in (None, form.slug) and heard.topic not in SMALL_TALK
        return _fresh(heard, forms) if topic else Reading("form__resume")
    found = _found(heard, form, opened.values)
    if answer == "no" or (answer is None and _title(opened, heard) == "no"):
        return Reading("form__inform", [("consent", OFFER, "no")])
    if answer == "yes" or _title(opened, heard) == "yes":
        return Reading("form__inform", [("consent", OFFER, "yes"), *found])
    if heard.topic not in (None, form.slug):
        return _fresh(heard, forms)
    first = form.facts[0]
    if found or is_sure(first.kind, rest, heard.today, first.choices):
        found = found or [(first.kind, first.name, heard.text)]
        return Reading("form__inform", [("consent", OFFER, "yes"), *found])
    return Reading("form__inform", [("consent", OFFER, heard.text)])


def _title(opened: Open, heard: Heard) -> Optional[str]:
    """The offered answer that is named by its title or number."""
    slot = opened.form.slots[OFFER]
    outcome = read("consent", heard.text, heard.today, slot.choices)
    return None if isinstance(outcome, Problem) else outcome.normal


def _within(heard: Heard, opened: Open) -> Reading:
    corrected = _correction(heard, opened)
    if corrected is not None:
        return corrected
    slot = opened.slot
    if opened.ask in (CHANGE, CONFIRMATION):
        answered = _at_the_end(heard, opened)
        if answered is not None:
            return answered
    elif slot is not None and _sure(slot, heard):
        return Reading("form__inform", _answer(heard, opened, slot))
    aside = _aside(heard, opened)
    if aside is not None and not (heard.idle and aside.aside in SMALL_TALK):
        return aside
    if heard.idle:
        return Reading("form__resume")
    if slot is None:
        return Reading("form__inform", [("field", CHANGE, heard.text)])
    return Reading("form__inform", _answer(heard, opened, slot))


def _aside(heard: Heard, opened: Open) -> Optional[Reading]:
    """A question about something else: it is answered, and the form goes on.

    What is no question is one only where it can be no value, and is more than a word or two: the
    classifier is easily sure of very little.
    """
    slot, topic = opened.slot, heard.topic
    if topic is None or topic == opened.form.slug:
        return None
    if slot is None:
        return Reading("form__aside", aside=topic)
    words = len(heard.said.split())
    # "Here" is near to "are you here?", and no greeting.
    small_talk = topic in SMALL_TALK and wording.courteous(heard.said)
    if slot.kind == "words" and (words > TOLD or (not wording.asks(heard.said) and not small_talk)):
        return None
    if not wording.asks(heard.said):
        named = slot.kind == "name" and words >= FEW  # nobody is called "I want to pay my bill"
        fits = not isinstance(read(slot.kind, heard.text, heard.today, slot.choices), Problem)
        if (fits and not named) or not (small_talk or words >= FEW or topic == heard.emergency):
            return None
    return Reading("form__aside", aside=topic)


def _at_the_end(heard: Heard, opened: Open) -> Optional[Reading]:
    """At the summary, or at "what should I change": yes, no, a fact's name, or a new value."""
    outcome = read("consent", heard.text, heard.today, opened.form.slots[CONFIRMATION].choices)
    answer = None if isinstance(outcome, Problem) else outcome.normal
    leading, rest = wording.after_consent(heard.text)
    if answer == "yes":
        return Reading("form__inform", [("consent", CONFIRMATION, "yes")])
    if answer == "no":
        return Reading("form__inform", [("consent", CONFIRMATION, "no")])
    for text in (rest,) if leading else (heard.text,):
        named = _named(text, opened, bare=True)
        if named is not None:
            return _changed(heard, opened, *named)
        fitting = _fitting(text, heard, opened, surely=True)
        if fitting is not None and not wording.asks(heard.said):
            return Reading("form__inform", [fitting])
    if leading == "no":
        return Reading("form__inform", [("consent", CONFIRMATION, "no")])
    if leading == "yes" and not wording.asks(heard.said):
        return Reading("form__inform", [("consent", CONFIRMATION, "yes")])
    return None


def _correction(heard: Heard, opened: Open) -> Optional[Reading]:
    """ "No, I meant 12 Oak St", "wait, it was Tuesday", "change the address"."""
    slot = opened.slot
    named = _named(heard.text, opened, bare=False)
    if named is not None:
        return _changed(heard, opened, *named)
    rest = wording.after_slip(heard.text)
    if rest is None:
        leading, rest_of_no = wording.after_consent(heard.text)
        if leading != "no" or (slot is not None and slot.kind in ("danger", "optional_phone")):
            return None
        # "No, 14 Oak St": only where it fits what was said before, and not what is asked now.
        fitting = _fitting(rest_of_no, heard, opened, surely=True, without=opened.ask)
        if fitting is None or (slot is not None and is_sure_for(slot, rest_of_no, heard)):
            return None
        return Reading("form__inform", [fitting])
    if not rest:
        if opened.ask in (CHANGE, CONFIRMATION):
            return Reading("form__inform", [("consent", CONFIRMATION, "no")])
        return Reading("form__correct", clear=(opened.last,)) if opened.last else None
    named = _named(rest, opened, bare=True)
    if named is not None:
        return _changed(heard, opened, *named)
    fitting = _fitting(rest, heard, opened, surely=True) or _fitting(rest, heard, opened)
    return Reading("form__inform", [fitting]) if fitting is not None else None


def is_sure_for(slot: Slot, text: str, heard: Heard) -> bool:
    return is_sure(slot.kind, text, heard.today, slot.choices)


def _fitting(
    text: str, heard: Heard, opened: Open, *, surely: bool = False, without: Optional[str] = None
) -> Optional[Tuple[str, str, str]]:
    """The slot that `text` is a value for: first what was filled last, then what is asked."""
    slots, facts = opened.form.slots, reversed(opened.form.facts)
    order = [opened.last, opened.ask, *(slot.name for slot in facts)]
    names = [
        name
        for name in dict.fromkeys(order)
        if name in slots and name != without and slots[name].kind != "consent"
        if name in opened.values or name == opened.ask
    ]
    if is_address(text):  # it may hold words and numbers that other kinds would take
        names = [name for name in names if slots[name].kind in ("place", "words")]
    for name in names:
        slot = slots[name]
        if surely:
            fits = is_sure_for(slot, text, heard)
        else:
            fits = not isinstance(read(slot.kind, text, heard.today, slot.choices), Problem)
        if fits:
            return slot.kind, name, text
    return None


_WRONG = (
    r"(?:is|was|are|looks?|es|esta|son) (?:all )?"
    r"(?:wrong|incorrect|not right|mal|incorrect[oa]|equivocad[oa])"
)
_VERB = r"(?:change|fix|correct|edit|update|cambi\w+|corrig\w+|corregir|arregl\w+|modific\w+)"
_ARTICLE = r"(?:the |my |that |la |el |mi |los |las )?"
_TO = r"(?:to|is|should be|was|as|a|por|es|era|fue|debe ser)"


def _named(text: str, opened: Open, *, bare: bool) -> Optional[Tuple[str, str]]:
    """The slot that is called by its name and the value given with it, which may be nothing.

    `bare`: the name alone is enough, as it is where we asked what to change.
    """
    said = wording.plain_keeping_length(text.strip())
    words = [
        (word, slot.name)
        for slot in opened.form.facts
        if slot.name in opened.values or slot.name == opened.ask
        for word in (*slot.words, plain(slot.labels["en"]), plain(slot.labels["es"]))
    ]
    telling = opened.slot is not None and opened.slot.kind == "words" and len(said.split()) > 8
    for word, name in sorted(words, key=lambda each: -len(each[0])):
        called = _ARTICLE + re.escape(word)
        if not telling:
            found = re.match(
                rf".{{0,40}}\b{_VERB} {called}\b(?:\s*:)?(?:\s+{_TO}\b[\s:]*(.+))?", said
            )
            if found:
                return name, _tail(text, found)
            if re.search(rf"\b{called}\b {_WRONG}|\b(?:wrong|incorrect) {re.escape(word)}\b", said):
                return name, ""
            found = re.match(
                rf"(?:no[\s,.]+)?{called} (?:is|should be|was|es|era|debe ser)[\s:]+(.+)", said
            )
            if found and (bare or name in opened.values):
                return name, _tail(text, found)
        if bare and re.fullmatch(rf"{called}(?: (?:please|por favor))?[\s.!]*", said):
            return name, ""
    return None


def _tail(text: str, found: "re.Match[str]") -> str:
    return text.strip()[found.start(1) :].strip() if found[1] is not None else ""


def _changed(heard: Heard, opened: Open, name: str, value: str) -> Reading:
    slot = opened.form.slots[name]
    value = wording.clean(value)
    if value:
        return Reading("form__inform", [(slot.kind, name, value)])
    if name == opened.ask:
        return Reading("form__correct")
    return Reading("form__correct", clear=(name,))


def _sure(slot: Slot, heard: Heard) -> bool:
    return is_sure_for(slot, heard.text, heard)


def _answer(heard: Heard, opened: Open, slot: Slot) -> List[Tuple[str, str, str]]:
    """The answer to the open question, and what else is plainly said with it."""
    more = [each for each in _found(heard, opened.form, opened.values) if each[1] != slot.name]
    if slot.kind in FREE and slot.kind != "when":
        more = []  # what is told in own words stays whole, and is no other fact
    elif slot.kind != "place":
        more = [each for each in more if each[0] != "place"]
    own = find(slot.kind, heard.text, heard.today, slot.choices) if more else None
    if more and own is None and slot.kind in ("place", "when"):
        more = [] if slot.kind == "place" else more
    return [(slot.kind, slot.name, own or heard.text), *more]


def _found(heard: Heard, form: Form, values: Mapping[str, Any]) -> List[Tuple[str, str, str]]:
    """Facts of the form that the text plainly holds and that are not known yet.

    A kind that the form asks for twice, like the addresses of a move, is left to the questions.
    """
    kinds: Sequence[str] = [slot.kind for slot in form.facts]
    found = []
    for slot in form.facts:
        twice = slot.kind not in ("choice",) and kinds.count(slot.kind) > 1
        days = slot.kind.startswith("day") and sum(kind.startswith("day") for kind in kinds) > 1
        if slot.name in values or twice or days:
            continue
        text = find(slot.kind, heard.text, heard.today, slot.choices)
        if text is not None:
            found.append((slot.kind, slot.name, text))
    return found

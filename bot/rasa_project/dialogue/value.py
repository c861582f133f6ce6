"""What a form's values may be, by kind: read from the answer to a question, or found in a text.

A value is kept as the customer wrote it, cleaned, and beside that in a normal form where there is a
sure one: the ISO date, a phone number's digits, a choice. Telephone numbers are read by patterns:
no library for them is in Rasa's environment, and only numbers of the United States are taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Dict, Optional, Sequence, Tuple, Union

from dialogue import wording
from dialogue.day import AHEAD, BACK, EITHER, Days, NoSuchDay, read_day
from dialogue.place import find_address, is_address, read_place, without_addresses
from dialogue.wording import clean, plain

LONGEST = 1000
"""Characters of a reason in own words; other values take SHORT."""
SHORT = 200
ONE_YEAR = 366
"""Days: nobody orders earlier, and nobody reports later."""

DAYS = {"day": EITHER, "day_ahead": AHEAD, "day_past": BACK}
FREE = ("when", "name", "words")
"""Kinds whose values look like any other words."""


@dataclass(frozen=True)
class Choice:
    """One of few answers: `titles` by language, and words (plain) that stand for it.

    `words` do so anywhere, `answers` only in the answer to the question: "house" is in every
    second message about an outage.
    """

    value: str
    titles: Tuple[Tuple[str, str], ...]
    words: Tuple[str, ...] = ()
    answers: Tuple[str, ...] = ()

    def title(self, language: str) -> str:
        titles = dict(self.titles)
        return titles.get(language) or titles["en"]


@dataclass(frozen=True)
class Value:
    """`said` by the customer; `normal` where it is sure."""

    said: str
    normal: Optional[str] = None

    def as_json(self) -> Dict[str, Optional[str]]:
        return {"said": self.said, "normal": self.normal}


@dataclass(frozen=True)
class Problem:
    """Why it cannot be: a name of `problems` in forms/common.yml, or `help` for the question's own.

    `days` are offered where the customer must choose one of them.
    """

    name: str = "help"
    days: Tuple[date, ...] = ()


Outcome = Union[Value, Problem]

SKIPPED = "none"
"""The normal form of what the customer need not say and does not."""

_MASKED = re.compile(r"\[[a-z][a-z -]*\]")
"""What the hub puts in place of numbers that nobody shall see, like `[account number]`."""

_PHONE = re.compile(
    r"(?<![\d-])(?:\+?1[\s.-]*)?\(?([2-9]\d{2})\)?[\s.-]*(\d{3})[\s.-]*(\d{4})(?![\d-])"
)
_LOCAL_PHONE = re.compile(r"(?<![\d-])\d{3}[\s.-]?\d{4}(?![\d-])")
_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}\b", re.IGNORECASE)

_NAME_LEAD = re.compile(
    r"(?:(?:yes|si|ok|sure)[\s,]+)?(?:(?:my|the|mi|el)? ?(?:name|nombre)(?:'s| is| es)?|i(?:'m"
    r"| am)|it(?:'s| is)"
    r"|me llamo|soy|a nombre de|under|es)[\s:]+"
)
_TIME = re.compile(
    r"\d|\b(?:morning|noon|midday|afternoon|evening|night|midnight|hours?|minutes?|mins?|hrs?"
    r"|ago|now|just|today"
    r"|yesterday|while|since|all day|all week|sunrise|dawn|breakfast|lunch|dinner|storm|woke"
    r"|o'clock|days?|weeks?|manana|mediodia|tarde|noche|medianoche|madrugada|horas?|minutos?"
    r"|hace|ahora|hoy|ayer"
    r"|rato|todo el dia|recien|acaba|tormenta|semana|dias?|desperte)\b"
)
_CITATION = re.compile(
    r"(?:\b[A-Z]{1,4} )?\b(?i:[a-z]{0,4}-?\d[a-z\d]{0,19}(?:[ -][a-z]{0,3}\d[a-z\d]{0,19}){0,4})\b"
)
_NOTHING = re.compile(
    r"(?:no[\s,.]+)?(?:(?:i )?(?:don't|dont|do not) (?:think so|see (?:any|anything|it).*)"
    r"|not that i (?:can see|know).*"
    r"|nothing.*|none|nada.*|ningun[oa]?.*|no veo nada.*|no que yo (?:vea|sepa).*|todo (?:bien"
    r"|seguro))"
)
_SKIP = re.compile(
    r"(?:no[\s,.]+)?(?:skip(?: it| this)?|none|no (?:number|phone)|i(?:'d| would) rather not"
    r"|prefer not(?: to)?"
    r"|(?:i )?(?:don't|dont|do not) (?:have|want|need).*|not necessary|saltar|omitir|ninguno"
    r"|no tengo.*"
    r"|prefiero no.*|sin telefono|no hace falta|no es necesario)"
)
_FIRST = re.compile(
    r"(?:#|no\.? ?)?1|(?:the |el |la )?(?:first|earlier|sooner|primer[oa]?)(?: one)?|this week"
    r"|esta semana"
)
_SECOND = re.compile(
    r"(?:#|no\.? ?)?2|(?:the |el |la )?(?:second|later|latter|last|segund[oa])(?: one)?|next week"
    r"|la (?:otra|proxima) semana"
)
_SOON = re.compile(
    r"(?:as soon as (?:possible|you can)|asap|right away|immediately|now|right now|lo antes posible"
    r"|cuanto antes|ahora|ahora mismo|ya|de inmediato|inmediatamente)"
)


def read(
    kind: str,
    text: str,
    today: date,
    choices: Sequence[Choice] = (),
    days: Sequence[date] = (),
) -> Outcome:
    """The answer `text` to a question for a value of that kind.

    `days` are those that the customer was asked to choose from.
    """
    said = clean(text)
    if len(said) > (LONGEST if kind == "words" else SHORT):
        return Problem("too_long")
    if not said or _is_question(kind, text, said):
        return Problem()
    if kind in DAYS:
        one = _one_of(said, days)
        return Value(one.isoformat(), one.isoformat()) if one else _day(said, today, DAYS[kind])
    if kind == "consent":
        return _consent(said, choices)
    if kind == "choice":
        return _choice(said, choices)
    if kind == "danger":
        return _danger(said, choices)
    if kind == "optional_phone":
        return _optional_phone(said)
    if kind == "place":
        place = read_place(said)
        return Value(place) if place is not None else Problem()
    return {
        "when": _when,
        "name": _name,
        "contact": _contact,
        "citation": _citation,
        "words": _words,
    }[kind](said)


def _is_question(kind: str, text: str, said: str) -> bool:
    """A question back, where any words would pass. "About two hours ago?" is none."""
    asking = text.rstrip().endswith("?") and wording.asks(plain(said)) and not is_address(said)
    return asking and (kind in ("place", "when", "name") or (kind == "words" and len(said) < 40))


def is_sure(kind: str, text: str, today: date, choices: Sequence[Choice] = ()) -> bool:
    """Whether `text` is plainly a value of that kind, and not only something that would pass."""
    if kind in ("words", "name"):
        return False
    outcome = read(kind, text, today, choices)
    if isinstance(outcome, Problem):
        # A day that cannot be is a day all the same.
        return outcome.name not in ("help", "too_long", "masked")
    if kind == "place":
        return bool(re.search(r"\d", text)) or is_address(text)
    if kind == "when":
        elsewhere = is_address(text) or wording.asks(plain(text))
        return not elsewhere and _TIME.search(plain(text)) is not None
    if kind in ("choice", "danger", "day", "day_ahead", "day_past"):
        return not wording.asks(plain(text)) or len(text.split()) <= 3
    return True


def find(kind: str, text: str, today: date, choices: Sequence[Choice] = ()) -> Optional[str]:
    """A value of that kind within a longer text, where one is plainly there; else None."""
    if kind == "place":
        return find_address(text)
    if kind in ("optional_phone", "contact"):
        number = _PHONE.search(text)
        mail = _MAIL.search(text) if kind == "contact" else None
        found = mail or number
        return clean(found[0]) if found else None
    if kind == "choice":
        return _chosen(clean(text), choices, loose=False)
    if kind == "when":
        since = re.search(
            r"\b(?:since|for(?: the (?:last|past))?|desde|hace)\s+((?:[\w:.'’]+\s*){1,5}?)(?=$"
            r"|[,;!?]|\.\s|\.$)",
            text,
            re.IGNORECASE,
        )
        return clean(since[0]) if since and _TIME.search(plain(since[1])) else None
    if kind in DAYS:
        try:
            days = read_day(_PHONE.sub(" ", without_addresses(text)), today, DAYS[kind])
        except NoSuchDay:
            return None
        if days is not None and len(days.days) == 1:
            (day,) = days.days
            if isinstance(_fitting(day, today, DAYS[kind]), date):
                return day.isoformat()
    return None


def _one_of(said: str, days: Sequence[date]) -> Optional[date]:
    """ "2", "the second", "the later one" of the days that were offered."""
    words = plain(said)
    for number, pattern in enumerate((_FIRST, _SECOND)):
        if pattern.fullmatch(words) and number < len(days):
            return days[number]
    return None


def _day(said: str, today: date, way: int) -> Outcome:
    if way != BACK and _SOON.fullmatch(plain(said)):
        return Value(said)
    try:
        days: Optional[Days] = read_day(said, today, way)
    except NoSuchDay:
        return Problem("no_such_day")
    if days is None:
        return Problem()
    if days.between:
        return Problem("which_day", days.days)
    if len(days.days) > 1:
        return Problem("one_day")
    fitting = _fitting(days.days[0], today, way)
    return fitting if isinstance(fitting, Problem) else Value(said, fitting.isoformat())


def _fitting(day: date, today: date, way: int) -> Union[date, Problem]:
    if way == AHEAD and day < today:
        return Problem("past")
    if way == BACK and day > today:
        return Problem("future")
    return Problem("far") if abs((day - today).days) > ONE_YEAR else day


def _chosen(said: str, choices: Sequence[Choice], loose: bool = True) -> Optional[str]:
    """The choice that is named by its value, its title, its number, or by words for it alone.

    `loose` takes the words that are only meant so in an answer, too.
    """
    words = plain(said).strip(wording.EDGES)
    for choice in choices:
        if words in (
            choice.value,
            *(plain(title).strip(wording.EDGES) for _, title in choice.titles),
        ):
            return choice.value
    number = re.fullmatch(r"(?:option |number |opcion |numero |#)?(\d)", words)
    if loose and number and 1 <= int(number[1]) <= len(choices):
        return choices[int(number[1]) - 1].value
    named: Dict[str, int] = {}
    for choice in choices:
        for word in choice.words + (choice.answers if loose else ()):
            for found in re.finditer(rf"\b{re.escape(word)}\b", words):
                before = words[: found.start()]
                if not re.search(
                    r"\b(?:not|no|no es|isn't|aren't|ni) (?:the |my |a |la |el |mi )?$", before
                ):
                    named[choice.value] = max(named.get(choice.value, 0), len(word))
    if len(named) == 1:
        return next(iter(named))
    # "The whole street": what is named by more letters contains the other word or outweighs it.
    best = sorted(named, key=lambda value: -named[value])
    return best[0] if len(best) > 1 and named[best[0]] >= 2 * named[best[1]] else None


def _choice(said: str, choices: Sequence[Choice]) -> Outcome:
    value = _chosen(said, choices)
    return Value(said, value) if value is not None else Problem()


def _consent(said: str, choices: Sequence[Choice]) -> Outcome:
    value = wording.consent(plain(said)) or _chosen(said, choices)
    return Value(said, value) if value is not None else Problem()


def _danger(said: str, choices: Sequence[Choice]) -> Outcome:
    words = plain(said)
    answer = wording.consent(words)
    if answer is not None:
        return Value(said, answer)
    if _NOTHING.fullmatch(words):
        return Value(said, "no")
    if wording.unsure(words):
        return Value(said)  # nobody guesses here: people read it
    led, _ = wording.after_consent(said)
    value = led or _chosen(said, choices)
    return Value(said, value) if value is not None else Problem()


def _when(said: str) -> Outcome:
    said = re.sub(r"^(?:since|desde(?: que)?)\s+", "", said, flags=re.IGNORECASE)
    words = plain(said)
    if wording.unsure(words):
        return Value(said)
    if _TIME.search(words) is None and read_day_or_none(said) is None:
        return Problem()
    return Value(said)


def read_day_or_none(said: str) -> Optional[Days]:
    try:
        return read_day(said, date(2000, 1, 1), BACK)
    except NoSuchDay:
        return None


def _name(said: str) -> Outcome:
    lead = _NAME_LEAD.match(wording.plain_keeping_length(said))
    said = clean(said[lead.end() :]) if lead else said
    words = plain(said)
    letters = re.sub(r"[^a-z]", "", words)
    odd = re.search(r"[\d@/\\<>{}\[\]]", words) or wording.unsure(words) or wording.consent(words)
    if odd or len(letters) < 2 or len(words.split()) > 6 or wording.asks(words):
        return Problem()
    return Value(said)


def _contact(said: str) -> Outcome:
    mail, number = _MAIL.search(said), _PHONE.search(said)
    if mail:
        return Value(said, mail[0])
    if number:
        return Value(said, "-".join(number.groups()))
    if _MASKED.search(said.lower()):
        return Problem("masked")
    return Problem("area_code") if _LOCAL_PHONE.search(said) else Problem()


def _optional_phone(said: str) -> Outcome:
    words = plain(said)
    if wording.consent(words) == "no" or _SKIP.fullmatch(words) or wording.unsure(words):
        return Value(said, SKIPPED)
    return _contact(said)


def _citation(said: str) -> Outcome:
    words = plain(said)
    if wording.unsure(words):
        return Value(said)
    for number in _CITATION.finditer(said):
        if len(re.sub(r"\D", "", number[0])) >= 4:
            return Value(clean(number[0]), re.sub(r"\s", "", number[0]).upper())
    # The hub may have hidden a long citation number: a person finds it.
    return Value(said) if _MASKED.search(said.lower()) else Problem()


def _words(said: str) -> Outcome:
    words = plain(said)
    few = len(words.split()) < 2 and not re.search(r"\d", words)
    question = wording.asks(words) and len(words.split()) <= 6
    if few or len(words) < 4 or question or wording.unsure(words) or wording.consent(words):
        return Problem()
    return Value(said)

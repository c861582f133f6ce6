"""Which day a customer means, in English and Spanish.

Written here, with dateutil (which Rasa brings along) for what is counted in months: the libraries
that read such texts (dateparser and the like) are not in Rasa's environment, guess where there are
two readings ("next Friday"), and take any number for a day; dateutil's own parser knows no Spanish
and reads "13/12" as no day. Month before day, as in the United States, also in Spanish:
the summary spells the day out.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import List, Optional, Tuple

from dateutil.relativedelta import relativedelta

from dialogue.wording import plain

AHEAD, BACK, EITHER = 1, -1, 0
"""Which way a day without a year or month lies."""

WEEKDAYS = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "es": ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
}
MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
        *("septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
SPELLED = {"es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")}

_NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "two": 2, "dos": 2, "couple of": 2},
    **{"three": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5, "cinco": 5, "six": 6, "seis": 6},
    **{"ten": 10, "diez": 10, "seven": 7, "siete": 7},
}
_COUNT = r"(\d{1,3}|" + "|".join(_NUMBERS) + r")"
_UNIT = r"(day|days|dia|dias|week|weeks|semana|semanas|month|months|mes|meses)"
_DAY_NAMES = {
    **{name: index for index, name in enumerate(WEEKDAYS["en"])},
    **{name: index for index, name in enumerate(WEEKDAYS["es"])},
    **{"mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3},
    **{"fri": 4, "sat": 5, "sun": 6},
}
_WEEKDAY = r"\b(" + "|".join(sorted(_DAY_NAMES, key=len, reverse=True)) + r")\b"
_MONTH_NAMES = {
    **{name.lower(): index for index, name in enumerate(MONTHS["en"], 1)},
    **{name[:3].lower(): index for index, name in enumerate(MONTHS["en"], 1)},
    **{name: index for index, name in enumerate(MONTHS["es"], 1)},
    **{"sept": 9, "setiembre": 9, "ene": 1, "abr": 4, "ago": 8, "dic": 12},
}
_MONTH = r"(" + "|".join(sorted(_MONTH_NAMES, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:\s*,?\s*(?:of |del? )?(\d{4}))?"
_EXPLICIT = (
    re.compile(r"\b(?P<iso>\d{4}-\d{1,2}-\d{1,2})\b"),
    re.compile(r"(?<![\d/])(?P<numbers>\d{1,2}[/.-]\d{1,2}(?:[/.-](?:\d{4}|\d{2}))?)(?![\d/])"),
    re.compile(rf"\b(?P<m>{_MONTH})\s*(?:the )?(?P<d>\d{{1,2}})(?:(?:st|nd|rd|th)?\b|[°º]){_YEAR}"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|[°º])?\s*(?:of |de )?(?P<m>{_MONTH}){_YEAR}"),
)
_ORDINAL = re.compile(
    r"\b(?:the |el |dia )*(?:(?P<n>\d{1,2})(?:st|nd|rd|th)\b|(?P<first>first|primero)\b)"
    r"|\b(?:el dia|el|dia|the|day)\s+(?P<plain>\d{1,2})\b(?!\s*(?:am|pm|a\.m|p\.m|:|/|de la))"
)
_NEXT_MONTH = re.compile(r"next month|proximo mes|mes que viene|mes proximo")


class NoSuchDay(ValueError):
    """A date that no calendar has, like February 30."""


@dataclass(frozen=True)
class Days:
    """The days a text may mean: one, or several that the customer must choose from.

    `between` says that the several are readings of one word, like "next Friday" on a Monday.
    """

    days: Tuple[date, ...]
    between: bool = False


def read_day(text: str, today: date, way: int = EITHER) -> Optional[Days]:
    """What day `text` names; None where none is. Raises NoSuchDay."""
    said = re.sub(rf"\bnot (?:on )?(?:the )?{_WEEKDAY}", " ", plain(text))
    explicit, left = _explicit(said, today, way)
    if explicit:
        return Days(tuple(explicit))
    return _relative(left, today, way)


def spelled(day: date, language: str) -> str:
    """`Friday, November 27, 2026`, or `viernes 27 de noviembre de 2026`."""
    month = MONTHS[language][day.month - 1]
    if language == "es":
        return f"{SPELLED['es'][day.weekday()]} {day.day} de {month} de {day.year}"
    return f"{WEEKDAYS['en'][day.weekday()].capitalize()}, {month} {day.day}, {day.year}"


def _explicit(said: str, today: date, way: int) -> Tuple[List[date], str]:
    days: List[date] = []
    for pattern in _EXPLICIT:
        for found in list(pattern.finditer(said)):
            day = _dated(*_parts(found), today, way)
            if day not in days:
                days.append(day)
            said = said.replace(found[0], " ", 1)
    return days, said


def _parts(found: "re.Match[str]") -> Tuple[int, int, Optional[int]]:
    """Month, day and year of an explicit date."""
    parts = found.groupdict()
    if parts.get("iso"):
        year, month, day = (int(each) for each in parts["iso"].split("-"))
        return month, day, year
    if parts.get("numbers"):
        month, day, *more = (int(each) for each in re.split(r"[/.-]", parts["numbers"]))
        if month > 12 >= day:  # written the other way round, and so there is one reading
            month, day = day, month
        return month, day, (more[0] if more[0] > 99 else 2000 + more[0]) if more else None
    year_written = found.group(found.re.groups)
    month = _MONTH_NAMES[parts["m"].rstrip(".")]
    return month, int(parts["d"]), int(year_written) if year_written else None


def _dated(month: int, day: int, year: Optional[int], today: date, way: int) -> date:
    """The year is the nearest that fits; what lies a little on the wrong side is meant there."""
    if (month, day, year) == (2, 29, None):  # only some years have it
        return _leap_day(today, way)
    try:
        read = date(year or today.year, month, day)
    except ValueError:
        raise NoSuchDay(f"{month}/{day}") from None
    if year is not None:
        return read
    if way == AHEAD and (today - read).days > 60:
        return read.replace(year=read.year + 1)
    if way == BACK and (read - today).days > 60:
        return read.replace(year=read.year - 1)
    if way == EITHER and abs((read - today).days) > 183:
        return read.replace(year=read.year + (1 if read < today else -1))
    return read


def _leap_day(today: date, way: int) -> date:
    step = BACK if way == BACK else AHEAD
    year = today.year
    while not calendar.isleap(year) or (date(year, 2, 29) - today).days * step < 0:
        year += step
    return date(year, 2, 29)


def _relative(said: str, today: date, way: int) -> Optional[Days]:
    for pattern, offset in (
        (r"\bday after tomorrow\b|\bpasado manana\b", 2),
        (r"\bday before yesterday\b|\banteayer\b|\bantier\b|\bantes de ayer\b", -2),
        (r"\byesterday\b|\bayer\b|\blast night\b|\banoche\b", -1),
        (r"\btomorrow\b|\btmrw\b|\btmr\b|(?<!la )(?<!esta )\bmanana\b", 1),
        (r"\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b|\bhoy\b", 0),
        (r"\besta (?:manana|tarde|noche)\b", 0),
    ):
        if re.search(pattern, said):
            return Days((today + timedelta(days=offset),))
    return (
        _counted(said, today)
        or _month_end(said, today)
        or _weekday(said, today, way)
        or _ordinal(said, today, way)
    )


def _counted(said: str, today: date) -> Optional[Days]:
    ago = re.search(rf"\b{_COUNT} {_UNIT} ago\b", said) or re.search(
        rf"\bhace {_COUNT} {_UNIT}\b", said
    )
    ahead = re.search(rf"\b(?:in|en|dentro de) {_COUNT} {_UNIT}\b", said) or re.search(
        rf"\b{_COUNT} {_UNIT} from (?:now|today)\b", said
    )
    found, sign = (ago, -1) if ago else (ahead, 1)
    if not found:
        return None
    count = sign * (_NUMBERS.get(found[1]) or int(found[1]))
    unit = found[2][0]
    if unit == "m":
        return Days((today + relativedelta(months=count),))
    return Days((today + timedelta(days=count if unit == "d" else 7 * count),))


def _month_end(said: str, today: date) -> Optional[Days]:
    if not re.search(
        r"\bend of (?:the|this|next) month\b|\b(?:fin|final|finales) (?:de|del) mes\b", said
    ):
        return None
    month = today + relativedelta(months=1 if _NEXT_MONTH.search(said) else 0)
    return Days((month.replace(day=calendar.monthrange(month.year, month.month)[1]),))


def _weekday(said: str, today: date, way: int) -> Optional[Days]:
    days: List[date] = []
    between = False
    for found in re.finditer(_WEEKDAY, said):
        before, after = said[: found.start()], said[found.end() :]
        ahead = (_DAY_NAMES[found[1]] - today.weekday()) % 7
        last = re.search(r"\b(?:last|past|this past|pasado)\s+$", before) or re.match(
            r"\s+pasad[oa]\b", after
        )
        following = re.search(r"\b(?:next|proximo)\s+$", before) or re.match(
            r"\s+(?:proximo|que viene|next)\b|\s+de la (?:otra|proxima) semana|\s+next week", after
        )
        if last or (way == BACK and not following):
            # "Last Monday" on a Monday is a week ago; a missed "Monday" on a Monday is today.
            back = (-ahead) % 7
            days.append(today - timedelta(days=back or (7 if last else 0)))
        elif following and today.weekday() + ahead <= 6 and ahead > 0:
            if re.match(r"\s+de la (?:otra|proxima) semana|\s+next week", after):
                days.append(today + timedelta(days=ahead + 7))
                continue
            # Said on a Monday, "next Friday" is this week's to some and next week's to others.
            days += [today + timedelta(days=ahead), today + timedelta(days=ahead + 7)]
            between = True
        else:
            days.append(today + timedelta(days=ahead or (7 if following else 0)))
    days = list(dict.fromkeys(days))
    return Days(tuple(days), between and len(days) == 2) if days else None


def _ordinal(said: str, today: date, way: int) -> Optional[Days]:
    found = _ORDINAL.search(said)
    if not found:
        return None
    number = 1 if found["first"] else int(found["n"] or found["plain"])
    if not 1 <= number <= 31:
        return None
    month = today.replace(day=1) + relativedelta(months=1 if _NEXT_MONTH.search(said) else 0)
    step = BACK if way == BACK else AHEAD
    for _ in range(14):  # months without such a day are passed over
        if number <= calendar.monthrange(month.year, month.month)[1]:
            day = month.replace(day=number)
            if (day - today).days * step >= 0:
                return Days((day,))
        month += relativedelta(months=step)
    return None

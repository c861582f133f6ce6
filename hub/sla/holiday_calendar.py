"""Public holidays by country and subdivision, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays as public_holidays
from holidays.registry import EntityLoader

from hub.sla.errors import BadField, UnknownHolidays


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """`country` and `subdivision` as ISO 3166 writes them: `US`, `FL`."""

    country: str
    subdivision: str | None = None

    def __post_init__(self) -> None:
        if self.country not in EntityLoader.get_country_codes():
            raise UnknownHolidays(
                "holiday_calendar.country", f"no holidays are known for {self.country!r}"
            )
        # Of this country alone: to list them all is to import two hundred and fifty modules.
        known = getattr(public_holidays, self.country).subdivisions
        if self.subdivision is not None and self.subdivision not in known:
            raise UnknownHolidays(
                "holiday_calendar.subdivision",
                f"{self.country} has no subdivision {self.subdivision!r} with holidays",
            )

    @classmethod
    def from_dict(cls, source: object) -> HolidayCalendar:
        """`{"country": "US", "subdivision": "FL"}`; the subdivision may be left out."""
        if not isinstance(source, Mapping):
            raise BadField("holiday_calendar", "must have a country and perhaps a subdivision")
        for key in source:
            if key not in ("country", "subdivision"):
                raise BadField(f"holiday_calendar.{key}", "is not a field of a holiday calendar")
        country, subdivision = source.get("country"), source.get("subdivision")
        if not isinstance(country, str):
            raise BadField("holiday_calendar.country", "must be a country code such as US")
        if subdivision is not None and not isinstance(subdivision, str):
            raise BadField("holiday_calendar.subdivision", "must be a code such as FL")
        return cls(country, subdivision)

    def to_dict(self) -> dict[str, str]:
        named = {"country": self.country}
        if self.subdivision is not None:
            named["subdivision"] = self.subdivision
        return named

    def in_year(self, year: int) -> Mapping[date, str]:
        """The year's holidays, observed days among them, with their names."""
        return _in_year(self.country, self.subdivision, year)


@lru_cache(maxsize=256)
def _in_year(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    found = public_holidays.country_holidays(country, subdiv=subdivision, years=year)
    return {day: name for day, name in found.items() if day.year == year}

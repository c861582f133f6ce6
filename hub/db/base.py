"""The declarative base and the column types both databases share.

Instants are stored as microseconds since 1970 in a BIGINT on both databases: the same
comparison, the same index and the same arithmetic, also from the raw drivers that intake
uses (docs/decisions/0003-instants-as-microseconds.md).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


# One moment is written to many columns: intake would else spend a tenth of its time here.
@lru_cache(4096)
def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of `to_micros`."""
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Duration(TypeDecorator[timedelta]):
    """A timedelta, stored as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A JSON value, stored as text: read whole, never queried inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else encode_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def encode_json(value: Any) -> str:
    """Compact JSON, text as it is. Raises TypeError for what JSON does not have."""
    try:
        return to_json(value).decode()  # in a sixth of the time
    except PydanticSerializationError:  # what is nested too deeply for it, or no JSON at all
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# SQLite numbers rows by itself only for a column declared INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, timedelta: Duration}  # noqa: RUF012

    def as_row(self) -> dict[str, Any]:
        """The loaded columns by attribute name."""
        return {attr.key: getattr(self, attr.key) for attr in self.__mapper__.column_attrs}

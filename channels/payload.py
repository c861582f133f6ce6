"""Reading JSON that a platform, or somebody else, sent: shapes or MalformedPayload."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from hub.ports import InboundItem, MalformedPayload, Unreadable
from hub.ports.messages import clean_text

# Seconds since 1970 stay below this until the year 5138; milliseconds passed it in 1973.
_FIRST_MILLISECONDS = 10**11


# NUL and halves of surrogate pairs come escaped, or the latter as the bytes of bad UTF-8.
_NEEDS_CLEANING = re.compile("\\\\u(?:0000|[dD][89a-fA-F])|[\ud800-\udfff]")


class Payload(BaseModel):
    """Base of vendor shapes: unknown keys are ignored, ids may come as numbers."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


PayloadT = TypeVar("PayloadT", bound=Payload)

Ident = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""An opaque id: a string of ours, whether it came as an int or a string."""

LooseText = Annotated[
    str | None, BeforeValidator(lambda value: value if isinstance(value, str) else None)
]
"""Text we can do without: anything else reads as None."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises MalformedPayload."""
    try:
        text = body.decode("utf-8-sig", "surrogatepass")
        value = json.loads(text)
        if _NEEDS_CLEANING.search(text):
            value = cleaned(value)
    except RecursionError:
        raise MalformedPayload("the body is nested too deeply") from None
    except ValueError as error:  # bad JSON, bad UTF-8, a number of too many digits
        raise MalformedPayload(f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise MalformedPayload("the body is not a JSON object")
    return value


def cleaned(value: Any) -> Any:
    """A JSON value whose strings every database takes (see `clean_text`), at any depth."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {clean_text(key): cleaned(each) for key, each in value.items()}
    return value


def read_as(shape: type[PayloadT], value: object) -> PayloadT:
    """`value` as `shape`. Raises MalformedPayload naming the field, never its content."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise MalformedPayload(f"{shape.__name__}: {where}: {first['msg']}") from None


def instant(value: object) -> datetime | None:
    """A moment given in seconds, milliseconds, digits or ISO 8601; None if there is none.

    Raises MalformedPayload for anything else.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            if not (value.isascii() and value.isdecimal()):
                moment = datetime.fromisoformat(value)
                return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= _FIRST_MILLISECONDS else value
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise MalformedPayload("a time stamp is not a time")


def each(values: Iterable[Any], read: Callable[[Any], InboundItem]) -> Iterator[InboundItem]:
    """Every value read; one that cannot be is `Unreadable`, and the others go on."""
    for value in values:
        try:
            yield read(value)
        except MalformedPayload as error:
            yield Unreadable(b"", str(error))


def some(items: Sequence[InboundItem]) -> Sequence[InboundItem]:
    """`items`, unless nothing of them could be read. Raises MalformedPayload."""
    errors = [item.error for item in items if isinstance(item, Unreadable)]
    if errors and len(errors) == len(items):
        raise MalformedPayload(errors[0])
    return items

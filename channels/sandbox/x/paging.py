"""X's page tokens: opaque to the caller, and they hold where a page ended."""

from __future__ import annotations

import base64
from typing import Protocol, TypeVar

from channels.sandbox.x.problems import invalid


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


Item = TypeVar("Item", bound=Numbered)


def _token(direction: str, number: int) -> str:
    return base64.b32hexencode(f"{direction}{number}".encode()).decode().rstrip("=").lower()


def _read(token: str) -> tuple[str, int]:
    try:
        padded = token.upper() + "=" * (-len(token) % 8)
        text = base64.b32hexdecode(padded).decode()
        direction, number = text[:1], int(text[1:])
    except ValueError as error:
        raise invalid("pagination_token", token, "The pagination token is not valid") from error
    if direction not in ("n", "p"):
        raise invalid("pagination_token", token, "The pagination token is not valid")
    return direction, number


def page_of(
    newest_first: list[Item], token: str | None, size: int
) -> tuple[list[Item], str | None, str | None]:
    """The page at `token`, and the tokens of the next (older) and previous (newer) ones."""
    page = newest_first
    if token is not None:
        direction, number = _read(token)
        if direction == "n":
            page = [item for item in newest_first if item.id < number]
        else:
            page = [item for item in newest_first if item.id > number][-size:]
    page = page[:size]
    if not page:
        return [], None, None
    older = newest_first[-1].id < page[-1].id
    newer = newest_first[0].id > page[0].id
    return (
        page,
        _token("n", page[-1].id) if older else None,
        _token("p", page[0].id) if newer else None,
    )

"""What may go wrong in a request, and how it is said.

HubError                  the base: a status, a title, and words for the reader
├── Unauthenticated 401   nobody is signed in, or the token is unknown
├── Forbidden       403   signed in, and not allowed
├── NotFound        404   not there, or not the reader's to see
├── Conflict        409   it has changed, or was asked for differently before
├── Invalid         422   a field does not fit, each with its reason
└── TooMany         429   slow down
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


class HubError(Exception):
    status = 500
    title = "Internal error"

    def __init__(
        self,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after


class Unauthenticated(HubError):
    status = 401
    title = "Not signed in"


class Forbidden(HubError):
    status = 403
    title = "Not allowed"


class NotFound(HubError):
    status = 404
    title = "Not found"


class Conflict(HubError):
    status = 409
    title = "Conflict"


class Invalid(HubError):
    status = 422
    title = "Not valid"

    @classmethod
    def field(cls, field: str, message: str) -> Invalid:
        return cls(f"{field}: {message}", (FieldError(field, message),))


class TooMany(HubError):
    status = 429
    title = "Too many requests"

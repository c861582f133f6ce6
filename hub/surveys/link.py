"""The link by which a customer answers: a secret in an address, of which only a hash is stored.

The words it was sent in have to be kept until they are delivered, so it is taken out of what
people of ours read (`hub.tickets.view`): nobody answers in a customer's name.
"""

from __future__ import annotations

import re

PATH = "/survey/"
SURVEY_LINK = re.compile(r"(/survey/)[A-Za-z0-9_-]{20,}")
SURVEY_KEY = "bot:survey"
"""The key of the message that asks: one a ticket. Nobody's Idempotency-Key begins with `bot:`."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")


def link(origin: str, token: str) -> str:
    return f"{origin}{PATH}{token}"


def is_token(text: str) -> bool:
    """Whether it may be one: nothing else is looked up."""
    return _TOKEN.fullmatch(text) is not None

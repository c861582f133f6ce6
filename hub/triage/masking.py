"""What the bot, its logs and its training need not know is masked before they see it.

Card and social-security numbers are gone since intake; agents need a customer's account number
and read it in the message, a machine does not. Phone numbers stay: a form asks for one.
"""

from __future__ import annotations

import re

from hub.intake.redaction import mask_numbers, outside_links

ACCOUNT_MASK = "[account number]"

_NAMED = re.compile(
    r"(?i)\b(account|acct|acc|cuenta|customer|cliente|ssn)\b"
    r"(?P<between>\W{0,3}(?:[^\W\d]{1,7}\W{1,3}){0,3}#?\s?)(?P<digits>\d(?:[ -]?\d){5,14})\b"
)
"""A number of six digits and more soon after the word for it."""
_PHONE = r"(?!1[2-9]\d{2}[2-9]\d{6}(?!\d))"
"""A phone number written with its country code and no gaps, as telephones do, is none."""
_BARE = re.compile(rf"(?<![\d/.:$=_-])(?<!\d ){_PHONE}(?:\d{{8,9}}|\d{{11,16}})(?!\d)(?![-/.:]\d)")
"""As long as account numbers are and phone numbers are not."""


def masked(text: str) -> str:
    """`text` as machines may read it; links are kept as they are."""
    return outside_links(mask_numbers(text), _mask)


def _mask(text: str) -> str:
    named = _NAMED.sub(lambda found: f"{found[1]}{found['between']}{ACCOUNT_MASK}", text)
    return _BARE.sub(ACCOUNT_MASK, named)

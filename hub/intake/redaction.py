"""Card and social-security numbers are masked before anything is stored, logged or sent on.

Only free text is looked at, never an id: one 19-digit id in ten passes Luhn. For the same
reason digits inside a link are left alone. What Florida law exempts from release
(s. 119.071(5)) is so never held at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

CARD_MASK = "[card number removed]"
SSN_MASK = "[social-security number removed]"

# A space or a hyphen, also as phones and web pages set them: ones that do not break, dashes.
_GAP = "[ \u00a0\u2009\u202f\u2010-\u2015-]"
# 13 to 19 digits, singly separated by spaces or hyphens, beginning as payment cards do.
_CARD = re.compile(rf"(?<![\d/=_])(?<!\d{_GAP})[2-6](?:{_GAP}?\d){{12,18}}(?!{_GAP}?\d)")
_SSN = re.compile(
    rf"(?<![\d-])(?!000|666|9\d\d)\d{{3}}({_GAP})(?!00)\d{{2}}\1(?!0000)\d{{4}}(?![\d-])"
)
_LINK = re.compile(r"https?://\S+")
# The least that either of them has: without it nothing else needs to be looked for.
_NINE_DIGITS = re.compile(rf"\d(?:{_GAP}?\d){{8}}")


def _passes_luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def _mask_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return CARD_MASK if _passes_luhn(digits) else match[0]


def _mask_plain(text: str) -> str:
    return _SSN.sub(SSN_MASK, _CARD.sub(_mask_card, text))


def mask_numbers(text: str) -> str:
    """`text` without card and social-security numbers; links are kept as they are."""
    if _NINE_DIGITS.search(text) is None:
        return text
    return outside_links(text, _mask_plain)


def outside_links(text: str, mask: Callable[[str], str]) -> str:
    """`text` with `mask` done to everything but its links."""
    parts: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        parts += [mask(text[end : link.start()]), link[0]]
        end = link.end()
    return "".join([*parts, mask(text[end:])])


def _mask_fields(value: Any, fields: frozenset[str], inside: bool) -> Any:
    if isinstance(value, dict):
        return {name: _mask_fields(child, fields, name in fields) for name, child in value.items()}
    if isinstance(value, list):
        return [_mask_fields(child, fields, inside) for child in value]
    return mask_numbers(value) if inside and isinstance(value, str) else value


def _has_numbers(value: Any, fields: frozenset[str], inside: bool) -> bool:
    """Whether `_mask_fields` would change anything."""
    if isinstance(value, dict):
        for name, child in value.items():
            if isinstance(child, str):  # most are: not worth a call
                if name in fields and mask_numbers(child) != child:
                    return True
            elif _has_numbers(child, fields, name in fields):
                return True
        return False
    if isinstance(value, list):
        return any(_has_numbers(child, fields, inside) for child in value)
    return inside and isinstance(value, str) and mask_numbers(value) != value


def _mask_json(text: str, fields: frozenset[str]) -> str:
    value = json.loads(text)
    # What has nothing to mask is kept byte for byte: signatures can be checked again.
    if not _has_numbers(value, fields, False):
        return text
    return json.dumps(_mask_fields(value, fields, False), ensure_ascii=False)


def _mask_form(text: str, fields: frozenset[str]) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    masked = [(name, mask_numbers(value) if name in fields else value) for name, value in pairs]
    return text if masked == pairs else urlencode(masked)


_READERS: dict[str, Callable[[str, frozenset[str]], str]] = {
    "application/json": _mask_json,
    "application/x-www-form-urlencoded": _mask_form,
}


def mask_body(body: bytes, content_type: str, fields: frozenset[str]) -> bytes:
    """A raw body with its free-text `fields` masked.

    Raises ValueError where the body is not what its content type says.
    """
    reader = _READERS.get(content_type.partition(";")[0].strip().lower())
    if reader is None or not fields:
        return body
    return reader(body.decode(), fields).encode()

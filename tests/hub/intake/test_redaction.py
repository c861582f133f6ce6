"""Card and social-security numbers are masked in what people wrote, and nowhere else."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intake.redaction import CARD_MASK, SSN_MASK, mask_body, mask_numbers

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FIELDS = frozenset({"text", "message"})

# Numbers of the card schemes' own documentation: they belong to nobody.
CARDS = {
    "Visa": "4111111111111111",
    "Visa of 13 digits": "4222222222222",
    "Mastercard": "5555555555554444",
    "Mastercard, series 2": "2223003122003222",
    "American Express": "378282246310005",
    "Discover": "6011111111111117",
    "UnionPay of 19 digits": "6205500000000000004",
}


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("template", ["{}", "My card is {}.", "({})", "card:{}", "№{}, thanks"])
def test_a_card_number_is_masked(number: str, template: str) -> None:
    assert mask_numbers(template.format(number)) == template.format(CARD_MASK)


@pytest.mark.parametrize("separator", [" ", "-", "\u00a0", "\u2011", "\u2013"])
def test_a_card_number_in_groups_is_masked(separator: str) -> None:
    grouped = separator.join(("4111", "1111", "1111", "1111"))
    assert mask_numbers(f"use {grouped} please") == f"use {CARD_MASK} please"


def test_two_card_numbers_in_one_text_are_masked() -> None:
    text = "4111111111111111, or 5555555555554444"
    assert mask_numbers(text) == f"{CARD_MASK}, or {CARD_MASK}"


KEPT = {
    "fails Luhn": "4111111111111112",
    "too short": "411111111111",
    "too long": "41111111111111111111",
    "begins with 1": "1790000000000000018",
    "a telephone number": "850-891-4968",
    "an account number": "100234567",
    "an amount": "$1,234.56",
    "a date": "2026-11-18",
    "a ticket": "#4111",
    "digits of a meter": "A4111111111111111"[1:13],
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_other_numbers_are_kept(text: str) -> None:
    assert mask_numbers(f"it says {text} here") == f"it says {text} here"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my ssn is 123-45-6789", f"my ssn is {SSN_MASK}"),
        ("123 45 6789", SSN_MASK),
        ("123\u201345\u20136789", SSN_MASK),
        ("123-45 6789", "123-45 6789"),  # nobody writes it so
        ("000-45-6789", "000-45-6789"),  # never given out
        ("666-45-6789", "666-45-6789"),
        ("912-45-6789", "912-45-6789"),  # a taxpayer's number, not a social-security one
        ("123-00-6789", "123-00-6789"),
        ("123-45-0000", "123-45-0000"),
        ("1123-45-6789", "1123-45-6789"),
        ("123456789", "123456789"),  # nine digits alone are an account's
    ],
)
def test_social_security_numbers(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "link",
    [
        "https://x.example/status/4111111111111111",
        "https://facebook.example/?fbid=4111111111111111&set=5555555555554444",
        "http://maps.example/@4111111111111111",
    ],
)
def test_digits_in_a_link_are_kept_and_those_beside_it_are_not(link: str) -> None:
    assert mask_numbers(f"see {link} 4111111111111111") == f"see {link} {CARD_MASK}"


@given(st.integers(10**12, 10**19 - 1))
def test_a_number_alone_is_masked_just_when_it_could_be_a_card(number: int) -> None:
    digits = str(number)
    card = digits[0] in "23456" and _luhn(digits)
    assert mask_numbers(digits) == (CARD_MASK if card else digits)


@given(st.integers(10**18, 10**19 - 1), st.text(max_size=40))
def test_ids_of_19_digits_stay_what_they_are(number: int, text: str) -> None:
    """One in ten passes Luhn: by their field's name they are told from text."""
    body = {
        "id_str": str(number),
        "user": {"id": number, "in_reply_to_status_id_str": str(number)},
        "entities": [{"media": {"id_str": str(number)}}],
        "text": text,
    }
    masked = json.loads(mask_body(json.dumps(body).encode(), JSON, FIELDS))
    assert {**masked, "text": ""} == {**body, "text": ""}
    assert masked["text"] == mask_numbers(text)


@given(st.text())
def test_masking_twice_changes_no_more(text: str) -> None:
    once = mask_numbers(text)
    assert mask_numbers(once) == once


def test_a_text_field_is_masked_wherever_it_lies_and_an_object_by_its_own_names() -> None:
    """Facebook's `message` is a comment's text, or an object whose `mid` is an id."""
    number = "4111111111111111"
    body = {"message": {"mid": number, "text": number, "list": [number]}, "text": [number, 7]}
    masked = json.loads(mask_body(json.dumps({"a": [body]}).encode(), JSON, FIELDS))
    wanted = {"mid": number, "text": CARD_MASK, "list": [number]}
    assert masked == {"a": [{"message": wanted, "text": [CARD_MASK, 7]}]}


def test_what_has_nothing_to_mask_is_kept_byte_for_byte() -> None:
    body = b'{ "text" : "caf\\u00e9",\n "id" :1790000000000000018 }'
    assert mask_body(body, JSON, FIELDS) == body


def test_a_form_is_masked_by_field() -> None:
    pairs = [("message", "it is 4111111111111111"), ("account_id", "4111111111111111"), ("x", "")]
    masked = mask_body(urlencode(pairs).encode(), FORM, FIELDS).decode()
    wanted = [("message", f"it is {CARD_MASK}"), *pairs[1:]]
    assert parse_qsl(masked, keep_blank_values=True) == wanted


@pytest.mark.parametrize("content_type", ["application/JSON; charset=utf-8", "application/json"])
def test_the_content_types_parameters_do_not_matter(content_type: str) -> None:
    body = json.dumps({"text": "4111111111111111"}).encode()
    assert CARD_MASK.encode() in mask_body(body, content_type, FIELDS)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[1,]"])
def test_a_body_that_is_not_what_it_says_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        mask_body(body, JSON, FIELDS)

"""What machines must not read is gone before they read it; what they need is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.triage.masking import ACCOUNT_MASK, masked


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("my account number is 1002345678", f"my account number is {ACCOUNT_MASK}"),
        ("Acct #100-234-567 is wrong", f"Acct #{ACCOUNT_MASK} is wrong"),
        ("mi cuenta 123456 no abre", f"mi cuenta {ACCOUNT_MASK} no abre"),
        ("it says 100234567 on it", f"it says {ACCOUNT_MASK} on it"),
        ("it says 10023456789 on it", f"it says {ACCOUNT_MASK} on it"),
        ("pay 4111 1111 1111 1111 now", "pay [card number removed] now"),
        ("ssn 123-45-6789", "ssn [social-security number removed]"),
        ("SSN:123456789.", f"SSN:{ACCOUNT_MASK}."),
    ],
)
def test_numbers_of_accounts_cards_and_people_are_masked(said: str, read: str) -> None:
    assert masked(said) == read


@pytest.mark.parametrize(
    "said",
    [
        "call me at 850-555-0142",
        "my number is 8505550142",
        "+18505550142",
        "18505550142",
        "1420 Apalachee Pkwy, 32301",
        "since 10:30 on 11/20/2026",
        "https://example.org/account/1002345678",
        "no power for 36 hours in 3 houses",
        "ticket 4411",
    ],
)
def test_what_a_form_asks_for_stays(said: str) -> None:
    assert masked(said) == said


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masked_again(said: str) -> None:
    once = masked(said)
    assert masked(once) == once

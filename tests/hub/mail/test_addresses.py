"""One address, and nothing else."""

from __future__ import annotations

import pytest

from hub.mail.addresses import clean_address


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("director@talgov.com", "director@talgov.com"),
        ("  Ana.Lopez+reports@Talgov.COM ", "Ana.Lopez+reports@talgov.com"),
        ("ops@mail.city.local", "ops@mail.city.local"),
        ("maria@espa\u00f1a.es", "maria@xn--espaa-rta.es"),
    ],
)
def test_addresses(given: str, found: str) -> None:
    assert clean_address(given) == found


@pytest.mark.parametrize(
    "given",
    [
        "", "director", "@talgov.com", "a@b@talgov.com", "a b@talgov.com", "a@talgov..com",
        "a@talgov.com\nBcc: x@evil.example", "a@talgov.com\r\nBcc: x@evil.example",
        "a@talgov.com, b@talgov.com", "Ann <a@talgov.com>", "<a@talgov.com>", "a@talgov.com\x00",
        "\u00e1na@talgov.com", "a@" + "b" * 60 + ".com" * 60,
        "a@-talgov.com",
    ],
)  # fmt: skip
def test_what_is_none(given: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        clean_address(given)

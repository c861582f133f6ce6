"""E-mail addresses: one address, and nothing that could become another header."""

from __future__ import annotations

MAX_ADDRESS = 254


def clean_address(text: str) -> str:
    """The address, its host in lower case and ASCII. Raises ValueError, with words for people.

    No look-up is made, and a host inside the city (`mail.city.local`) is as good as any. What is
    before the @ must be ASCII: not every server passes on anything else.
    """
    import email_validator  # when it is needed: a hub without mail starts without it

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # the library's own switch, for `.local`
    stripped = text.strip()
    if len(stripped) > MAX_ADDRESS:
        raise ValueError(f"an e-mail address has at most {MAX_ADDRESS} characters")
    try:
        found = email_validator.validate_email(
            stripped, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError as error:
        raise ValueError(f"is no e-mail address: {error}") from None
    assert found.ascii_email is not None, "it was not to be anything else"
    return found.ascii_email


def host_of(address: str) -> str:
    return address.rpartition("@")[2]

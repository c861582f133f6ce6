"""HMAC signatures of webhooks, in hex and base64."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.signatures import sign_base64, sign_hex, verify_base64, verify_hex
from hub.ports import BadSignature

BODY = '{"text":"¿Cuándo pasa el camión?"}'.encode()
PAIRS = [(sign_hex, verify_hex), (sign_base64, verify_base64)]


def test_signs_as_facebook_does() -> None:
    digest = hmac.new(b"a secret", BODY, hashlib.sha256).hexdigest()
    assert sign_hex("a secret", BODY) == f"sha256={digest}"


def test_signs_as_x_does() -> None:
    digest = hmac.new(b"a secret", BODY, hashlib.sha256).digest()
    assert sign_base64("a secret", BODY) == f"sha256={base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(("sign", "verify"), PAIRS)
def test_accepts_its_own_signature(sign, verify) -> None:  # type: ignore[no-untyped-def]
    verify("a secret", BODY, sign("a secret", BODY))


@pytest.mark.parametrize(("sign", "verify"), PAIRS)
@pytest.mark.parametrize("spoil", ["secret", "body", "prefix", "missing", "empty", "accents"])
def test_refuses_anything_else(sign, verify, spoil: str) -> None:  # type: ignore[no-untyped-def]
    signature = {
        "secret": sign("another secret", BODY),
        "body": sign("a secret", BODY + b" "),
        "prefix": sign("a secret", BODY).removeprefix("sha256="),
        "missing": None,
        "empty": "",
        "accents": "sha256=é\udc80",
    }[spoil]
    with pytest.raises(BadSignature):
        verify("a secret", BODY, signature)


@pytest.mark.parametrize(("sign", "verify"), PAIRS)
@pytest.mark.parametrize("secret", [None, ""])
def test_believes_nothing_without_a_secret(sign, verify, secret: str | None) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadSignature):
        verify(secret, BODY, sign("", BODY))


@given(st.binary(), st.text(min_size=1), st.text())
def test_only_the_right_signature_passes(body: bytes, secret: str, guess: str) -> None:
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    with pytest.raises(BadSignature):
        verify_hex(secret, body, guess)

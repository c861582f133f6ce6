"""Sealing: what the database alone does not tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.accounts.models import Account
from hub.db.database import Database
from hub.secrets import Seal, WrongKey
from hub.seed import seed
from tests.fakes import NOON
from tests.fixtures import rows, settings_for

SEAL = Seal("one key")


@given(st.binary(max_size=500))
def test_there_and_back(plain: bytes) -> None:
    sealed = SEAL.seal(plain)
    assert SEAL.open(sealed) == plain
    assert len(plain) < 4 or plain not in sealed
    assert SEAL.seal(plain) != sealed, "never twice the same"


def test_another_key_opens_nothing() -> None:
    for key in ("another key", "one key ", "", "ONE KEY"):
        with pytest.raises(WrongKey, match="another HUB_SECRET_KEY"):
            Seal(key).open(SEAL.seal(b"x"))


def test_what_was_changed_is_noticed() -> None:
    sealed = bytearray(SEAL.seal(b"the plain words"))
    sealed[len(sealed) // 2] ^= 1
    for wrong in (bytes(sealed), bytes(sealed[:-1]), b"", b"not sealed"):
        with pytest.raises(WrongKey):
            SEAL.open(wrong)


def test_secrets_by_name() -> None:
    secrets = {"app_secret": "ünder", "token": ""}
    assert SEAL.open_secrets(SEAL.seal_secrets(secrets)) == secrets
    assert SEAL.open_secrets(None) == {}


@pytest.mark.anyio
async def test_no_secret_lies_open_in_the_database(
    database: Database, tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(
        tmp_path, database_url, facebook_app_secret="hunter2-app",
        x_consumer_secret="hunter2-x", open311_api_key="hunter2-311",
    )  # fmt: skip
    seal = Seal(settings.sealing_key)
    await seed(database, settings, seal, lambda: NOON)
    found = {}
    for account in await rows(database, Account):
        assert "hunter2" not in str(account.as_row())
        found[account.kind, account.slug] = seal.open_secrets(account.secrets)
    assert found["facebook", "main"]["app_secret"] == "hunter2-app"
    assert found["x", "main"]["consumer_secret"] == "hunter2-x"
    assert found["open311", "digitally"]["api_key"] == "hunter2-311"

"""API tokens: made once, stored as hashes, limited as they were made."""

from __future__ import annotations

import pytest

from hub.team.models import ApiToken, ApiTokenUnit, Role
from hub.team.tokens import PREFIX, UnknownUnit, create_token, hash_secret, principal_of_token
from tests.fixtures import rows
from tests.hub.api.site import Site

pytestmark = pytest.mark.anyio


async def _make(site: Site, role: Role, *units: str) -> str:
    directory = await site.hub.directory.get()
    return await create_token(site.hub.database, site.hub.now, directory, role, "a job", units)


async def test_only_its_hash_is_kept(site: Site) -> None:
    token = await _make(site, Role.AGENT)
    assert token.startswith(PREFIX)
    assert len(token) > 40
    (row,) = await rows(site.hub.database, ApiToken)
    assert row.token_hash == hash_secret(token)
    assert token not in str(row.as_row())
    assert await _make(site, Role.AGENT) != token


@pytest.mark.parametrize(
    ("role", "units", "seen"),
    [
        (Role.AGENT, ("billing", "walk-in"), frozenset({"billing", "walk-in"})),
        (Role.AGENT, ("billing", "billing"), frozenset({"billing"})),
        (Role.AGENT, (), None),
        (Role.SUPERVISOR, (), None),
        (Role.SUPERVISOR, ("billing",), None),
        (Role.ADMIN, (), None),
    ],
)
async def test_who_a_token_stands_for(
    house: Site, role: Role, units: tuple[str, ...], seen: frozenset[str] | None
) -> None:
    principal = await principal_of_token(house.hub.database, await _make(house, role, *units))
    assert principal is not None
    assert (principal.role, principal.units) == (role, seen)
    assert principal.agent_id is None
    assert principal.csrf_token is None
    assert principal.actor.kind == "token"


async def test_a_unit_that_does_not_exist(site: Site) -> None:
    with pytest.raises(UnknownUnit, match="nowhere, somewhere"):
        await _make(site, Role.AGENT, "somewhere", "billing", "nowhere")
    assert await rows(site.hub.database, ApiToken) == []
    assert await rows(site.hub.database, ApiTokenUnit) == []


@pytest.mark.parametrize("token", ["", "swb_", "swb_x", "' OR 1=1", "\x00", "x" * 100_000])
async def test_what_is_no_token(house: Site, token: str) -> None:
    assert await principal_of_token(house.hub.database, token) is None

"""One webhook address for several accounts of one app: each gets what is for it, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.signatures import sign_hex
from hub.accounts.models import Account
from hub.intake.models import RawBody
from hub.ports import ChannelKind
from hub.tickets.models import Message, Ticket
from tests.fixtures import rows
from tests.hub.api.site import NOBODY, Site, open_site

pytestmark = pytest.mark.anyio

APP_SECRET = "facebook's app secret"
FIRST, SECOND, STRANGER = "104000000000001", "104000000000002", "104000000000009"


@pytest.fixture
async def pages(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A hub with two pages of one app."""
    async with open_site(
        database_url,
        tmp_path,
        real=(ChannelKind.FACEBOOK,),
        facebook_app_secret=APP_SECRET,
        facebook_page_id=FIRST,
    ) as site:
        async with site.hub.database.write() as session:
            secrets = site.hub.seal.seal_secrets({"app_secret": APP_SECRET})
            session.add(
                Account(
                    kind="facebook", slug="parks", name="Parks", external_id=SECOND,
                    unit="billing", secrets=secrets, enabled=True, stopped=False, sandbox=False,
                )
            )  # fmt: skip
        site.hub.directory.forget()
        yield site


def entry(page: str, number: int) -> dict[str, Any]:
    value = {
        "item": "comment", "verb": "add", "comment_id": f"330_{number}", "message": f"to {page}",
        "post_id": f"{page}_330", "parent_id": f"{page}_330", "created_time": 1763723956,
        "from": {"id": "7100000000000021", "name": "Amir Haddad"},
    }  # fmt: skip
    return {"id": page, "time": 1763723956, "changes": [{"field": "feed", "value": value}]}


async def post(site: Site, *entries: dict[str, Any], to: str = "facebook") -> int:
    body = json.dumps({"object": "page", "entry": entries}).encode()
    headers = {"x-hub-signature-256": sign_hex(APP_SECRET, body)}
    answer = await site.ask(NOBODY, "POST", f"/webhooks/{to}", content=body, headers=headers)
    return answer.status_code


async def arrived(site: Site) -> dict[str, str]:
    """By what it says: the unit its ticket is in, which is its account's."""
    units = {ticket.id: ticket.unit for ticket in await rows(site.hub.database, Ticket)}
    return {m.body: units[m.ticket_id] for m in await rows(site.hub.database, Message)}


@pytest.mark.parametrize("to", ["facebook", "facebook/main", "facebook/parks"])
async def test_each_page_gets_its_own(pages: Site, to: str) -> None:
    for _ in range(2):  # Facebook sends it again
        assert await post(pages, entry(FIRST, 1), entry(SECOND, 2), to=to) == 200
    assert await arrived(pages) == {f"to {FIRST}": "social-media", f"to {SECOND}": "billing"}
    # Whole, once a time it came.
    assert len(await rows(pages.hub.database, RawBody)) == 2


async def test_a_page_nobody_configured_stays_where_it_came_in(pages: Site) -> None:
    assert await post(pages, entry(STRANGER, 1)) == 200
    assert await post(pages, entry(STRANGER, 2), entry(SECOND, 3)) == 200
    assert await arrived(pages) == {f"to {STRANGER}": "social-media", f"to {SECOND}": "billing"}


async def test_a_page_that_is_switched_off_gets_nothing(pages: Site) -> None:
    async with pages.hub.database.write() as session:
        (account,) = await rows(pages.hub.database, Account, slug="parks")
        (await session.get_one(Account, account.id)).enabled = False
    pages.hub.directory.forget()
    assert await post(pages, entry(SECOND, 1), entry(FIRST, 2)) == 200
    assert await arrived(pages) == {f"to {FIRST}": "social-media"}

"""`/accounts`: added, changed, authorised, checked; secrets are told to nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.accounts.budget import add_cost, note_budgets
from hub.accounts.models import Account
from hub.app import create_app
from hub.audit.models import AuditEntry
from hub.ports import (
    AccountKind,
    AuthFailed,
    RateBudget,
    Rejected,
    SecretField,
    TemporarilyUnavailable,
)
from hub.system import Hub
from hub.tickets import replies
from tests.fakes import FakeClock, FakeConnector, FakePlatforms, ScriptedResponder, rooms_of
from tests.fixtures import (
    Work,
    account_id,
    agent,
    change,
    deliveries_of,
    events_of,
    rows,
    settings_for,
)
from tests.hub.api.site import NOBODY, Caller, Site, running

pytestmark = pytest.mark.anyio

KINDS = (
    AccountKind(
        "facebook",
        "Facebook page",
        (
            SecretField("app_secret", "App secret"),
            SecretField("access_token", "Page token"),
            SecretField("verify_token", "Verify token", generated=True),
            SecretField("app_id", "App id", False),
        ),
        webhook=True,
    ),
    AccountKind("open311", "Open311", (SecretField("api_key", "Key", False),), base_url=True),
    AccountKind("phone", "Telephone", several=False),
    AccountKind("gone", "gone", installed=False),
)
NEW: dict[str, Any] = {
    "kind": "facebook", "slug": "parks", "name": "Parks", "external_id": "9001",
    "unit": "social-media", "secrets": {"app_secret": "very-s3cret", "access_token": "t0ken"},
}  # fmt: skip
REMOTE: dict[str, Any] = {
    "kind": "open311", "slug": "county", "name": "County", "external_id": "county",
    "unit": "call-center", "base_url": "https://311.county.example/v2",
}  # fmt: skip


class Asked(FakeConnector):
    """Says to each new account what the test wants said."""

    answers: Sequence[Exception | None] = ()
    calls = 0

    async def check(self) -> None:
        number, type(self).calls = self.calls, self.calls + 1
        answer = self.answers[number] if number < len(self.answers) else None
        if answer is not None:
            raise answer


@pytest.fixture
def platforms(clock: FakeClock) -> FakePlatforms:
    made = FakePlatforms(clock)
    made.use("facebook", Asked)
    made.use("open311", Asked)
    return made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the platform will say to the next checks, in order."""

    def say(*answers: Exception | None) -> None:
        monkeypatch.setattr(Asked, "answers", answers)
        monkeypatch.setattr(Asked, "calls", 0)

    say()
    return say


@pytest.fixture
async def site(
    database_url: str, tmp_path: Path, clock: FakeClock, platforms: FakePlatforms
) -> AsyncIterator[Site]:
    settings = settings_for(tmp_path, database_url, embedded_worker=False)
    rooms = replace(rooms_of(platforms, ScriptedResponder(), settings), kinds=lambda: KINDS)
    async with running(create_app(Hub(settings, rooms, now=clock)), clock) as found:
        yield found


async def _add(site: Site, caller: Caller, **changes: Any) -> Any:
    return await site.api(caller, "POST", "/accounts", json={**NEW, **changes})


async def _stored(site: Site, number: int) -> Account:
    (account,) = await rows(site.hub.database, Account, id=number)
    assert isinstance(account, Account)
    return account


both = pytest.mark.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


@both
async def test_an_account_is_added_sealed_and_audited(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    answer = await _add(site, alex)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["check"] == {"result": "ok", "detail": ""}
    assert told["secrets"] == ["access_token", "app_secret", "verify_token"]
    assert told["webhook_url"] == "http://127.0.0.1:8000/webhooks/facebook/parks"
    assert (told["state"], told["enabled"], told["cost"]) == ("up", True, {"today": 0, "month": 0})
    assert "very-s3cret" not in answer.text
    stored = await _stored(site, told["id"])
    secrets = site.hub.seal.open_secrets(stored.secrets)
    assert secrets == {**NEW["secrets"], "verify_token": told["generated"]["verify_token"]}
    (entry,) = await rows(site.hub.database, AuditEntry, action="account.added")
    assert entry.detail == {
        "account_id": told["id"], "kind": "facebook", "slug": "parks",
        "secrets": ["access_token", "app_secret", "verify_token"],
    }  # fmt: skip
    assert "Alex" in entry.actor
    events = await events_of(site.hub, kind="config.changed")
    assert json.loads(events[-1].data) == {"account_id": told["id"]}
    listed = await site.get(await site.session("sam"), "/accounts")
    again = next(one for one in listed["items"] if one["id"] == told["id"])
    assert "generated" not in again, "shown once"
    assert again["secrets"] == told["secrets"]
    assert not any(value in json.dumps(listed) for value in secrets.values())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gone"}, "kind"),
        ({"kind": "telegraph"}, "kind"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "a" * 41}, "slug"),
        ({"name": "  "}, "name"),
        ({"external_id": " "}, "external_id"),
        ({"unit": "no-such-unit"}, "unit"),
        ({"secrets": {"app_secret": "s"}}, "secrets.access_token"),
        ({"secrets": {**NEW["secrets"], "app_secret": "  "}}, "secrets.app_secret"),
        ({"secrets": {**NEW["secrets"], "app_secret": "a\nb"}}, "secrets.app_secret"),
        ({"secrets": {**NEW["secrets"], "pin": "1"}}, "secrets.pin"),
        ({"base_url": "https://elsewhere.example"}, "base_url"),
        ({**REMOTE, "secrets": {}, "base_url": "http://311.county.example"}, "base_url"),
        ({**REMOTE, "secrets": {}, "base_url": "https://user@county.example"}, "base_url"),
        ({**REMOTE, "secrets": {}, "base_url": "https://[::1"}, "base_url"),
        ({**REMOTE, "secrets": {}, "base_url": "ftp://county.example"}, "base_url"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_does_not_fit_is_named(
    site: Site, says: Any, changes: dict[str, Any], field: str
) -> None:
    answer = await _add(site, await site.session("alex"), **changes)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert Asked.calls == 0, "the platform was not bothered"


@both
async def test_there_is_one_of_each(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    assert (await _add(site, alex)).status_code == 201
    same_slug = await _add(site, alex, external_id="9002")
    same_page = await _add(site, alex, slug="parks-2")
    second_phone = await _add(site, alex, kind="phone", secrets={}, slug="second", external_id="2")
    for answer, why in ((same_slug, "parks"), (same_page, "9001"), (second_phone, "one is all")):
        assert answer.status_code == 409
        assert why in answer.json()["detail"]
    assert (await _add(site, alex, slug="zoo", external_id="9002")).status_code == 201
    assert (await site.api(alex, "POST", "/accounts", json=REMOTE)).status_code == 201


async def test_what_the_platform_refuses_is_not_added_unless_forced(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    says(AuthFailed("the token is another page's"))
    before = len(await rows(site.hub.database, Account))
    answer = await _add(site, alex)
    assert answer.status_code == 422
    assert "another page's" in answer.json()["detail"]
    assert len(await rows(site.hub.database, Account)) == before
    says(AuthFailed("the token is another page's"))
    forced = (await _add(site, alex, force=True)).json()
    assert (forced["stopped"], forced["state"], forced["check"]["result"]) == (
        True, "down", "refused"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (TemporarilyUnavailable("503"), "unavailable"),
        (Rejected("no such page"), "failed"),
        (KeyError("a mistake of ours"), "failed"),
    ],
)
async def test_what_could_not_be_asked_is_added_and_said(
    site: Site, says: Any, error: Exception, result: str
) -> None:
    says(error)
    told = (await _add(site, await site.session("alex"))).json()
    assert (told["check"]["result"], told["stopped"]) == (result, False)
    assert told["last_error"]


@both
async def test_authorised_anew(site: Site, says: Any, clock: FakeClock) -> None:
    alex = await site.session("alex")
    number = (await _add(site, alex)).json()["id"]
    path = f"/accounts/{number}/authorise"
    says(AuthFailed("no"))
    refused = await site.api(alex, "POST", path, json={"secrets": {"access_token": "bad"}})
    assert refused.status_code == 422
    secrets = site.hub.seal.open_secrets((await _stored(site, number)).secrets)
    assert secrets["access_token"] == "t0ken", "the old ones stay"

    async with site.hub.database.write() as session:
        account = await session.get_one(Account, number)
        account.stopped, account.notice, account.last_error = True, "revoked", "401"
        account.poll_due_at = clock() + timedelta(hours=1)
    site.hub.connectors.forget()
    ends = (clock() + timedelta(days=60)).isoformat()
    answer = await site.api(
        alex, "POST", path,
        json={"secrets": {"access_token": "new", "app_id": "7"}, "access_expires_at": ends},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["stopped"], told["notice"], told["last_error"]) == (
        "up", False, None, None
    )  # fmt: skip
    assert told["generated"] == {}
    stored = await _stored(site, number)
    after = site.hub.seal.open_secrets(stored.secrets)
    assert after == {**secrets, "access_token": "new", "app_id": "7"}
    assert stored.access_expires_at == clock() + timedelta(days=60)
    assert stored.poll_due_at is None, "what came meanwhile is asked for at once"
    removed = await site.api(alex, "POST", path, json={"secrets": {"app_id": None}})
    assert removed.json()["secrets"] == ["access_token", "app_secret", "verify_token"]
    entries = await rows(site.hub.database, AuditEntry, action="account.authorised")
    assert [entry.detail["secrets"] for entry in entries] == [
        ["access_token", "app_id"],
        ["app_id"],
    ]
    assert "new" not in json.dumps([entry.detail for entry in entries])


async def test_an_administrator_may_insist(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    number = (await _add(site, alex)).json()["id"]
    says(AuthFailed("not yet"))
    answer = await site.api(
        alex, "POST", f"/accounts/{number}/authorise",
        json={"secrets": {"access_token": "later"}, "force": True},
    )  # fmt: skip
    told = answer.json()
    assert (told["stopped"], told["check"]["result"], told["detail"]) == (
        True, "refused", "not yet"
    )  # fmt: skip
    assert site.hub.seal.open_secrets((await _stored(site, number)).secrets)[
        "access_token"
    ] == "later"  # fmt: skip


@both
async def test_a_check_stops_and_resumes(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    number = (await _add(site, alex)).json()["id"]
    path = f"/accounts/{number}/check"
    says(AuthFailed("expired"), TemporarilyUnavailable("503"), None)
    told = (await site.api(alex, "POST", path)).json()
    assert (told["check"]["result"], told["stopped"], told["state"]) == ("refused", True, "down")
    told = (await site.api(alex, "POST", path)).json()
    assert (told["check"]["result"], told["stopped"]) == ("unavailable", True)
    told = (await site.api(alex, "POST", path)).json()
    assert (told["check"]["result"], told["stopped"], told["state"]) == ("ok", False, "up")


@both
async def test_switched_off_takes_nothing_and_sends_nothing(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    ticket = await site.ticket()
    number = await account_id(site.hub)
    carla = await agent(site.hub, "carla")
    answer = await site.api(alex, "PATCH", f"/accounts/{number}", json={"enabled": False})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["detail"]) == ("down", "switched off")
    gone = await site.ask(NOBODY, "POST", "/webhooks/x/main", content=b"{}")
    assert gone.status_code == 404
    assert all(part.name != "x/main" for part in await site.hub.health()), "it is meant to be off"
    await change(site.hub, ticket, carla, replies.reply, "One")
    await Work(site.hub).deliver()
    (delivery,) = await deliveries_of(site.hub, ticket)
    assert (delivery.state, delivery.error) == ("failed", "the account is switched off")
    on = await site.api(alex, "PATCH", f"/accounts/{number}", json={"enabled": True})
    assert on.json()["state"] == "up"


@both
async def test_renamed_and_given_to_another_unit(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    number = (await _add(site, alex)).json()["id"]
    path = f"/accounts/{number}"
    told = (await site.api(alex, "PATCH", path, json={"name": "Zoo", "unit": "billing"})).json()
    assert (told["name"], told["unit"], told["enabled"]) == ("Zoo", "billing", True)
    (entry,) = await rows(site.hub.database, AuditEntry, action="account.changed")
    assert entry.detail["name"] == "Zoo"
    same = await site.api(alex, "PATCH", path, json={"name": "Zoo"})
    assert same.status_code == 200
    assert len(await rows(site.hub.database, AuditEntry, action="account.changed")) == 1
    bad = await site.api(alex, "PATCH", path, json={"unit": "nobody"})
    assert bad.status_code == 422


async def test_budgets_and_costs_are_shown(site: Site, says: Any, clock: FakeClock) -> None:
    number = await account_id(site.hub)
    end = clock() + timedelta(minutes=9)
    await note_budgets(site.hub.database, number, [RateBudget("posts", 17, 0, end)], clock())
    await add_cost(site.hub.database, number, 1_250_000, clock())
    listed = await site.get(await site.session("sam"), "/accounts")
    told = next(one for one in listed["items"] if one["id"] == number)
    assert told["cost"] == {"today": 1.25, "month": 1.25}
    (budget,) = told["budgets"]
    assert (budget["name"], budget["limit"], budget["remaining"]) == ("posts", 17, 0)
    assert (told["state"], "posts" in told["detail"]) == ("degraded", True)


async def test_who_may(site: Site, says: Any) -> None:
    number = await account_id(site.hub)
    calls = [
        ("GET", "/accounts", None, "lead"),
        ("GET", "/account-kinds", None, "lead"),
        ("POST", "/accounts", NEW, "admin"),
        ("PATCH", f"/accounts/{number}", {"name": "X"}, "admin"),
        ("POST", f"/accounts/{number}/authorise", {"secrets": {"app_id": "1"}}, "admin"),
        ("POST", f"/accounts/{number}/check", None, "admin"),
    ]
    wrong = []
    for caller in await site.everybody():
        for method, path, body, who in calls:
            answer = await site.api(caller, method, path, json=body)
            may = caller.is_lead if who == "lead" else caller.role == "admin"
            refused = answer.status_code in (401, 403)
            if refused is may or (not caller.signed_in and answer.status_code != 401):
                wrong.append(f"{caller.name}: {method} {path}: {answer.status_code}")
    assert wrong == []


async def test_an_account_that_is_not_there(site: Site, says: Any) -> None:
    alex = await site.session("alex")
    for method, path, body in (
        ("PATCH", "/accounts/987654", {"name": "x"}),
        ("POST", "/accounts/987654/authorise", {"secrets": {"app_id": "1"}}),
        ("POST", "/accounts/987654/check", None),
    ):
        assert (await site.api(alex, method, path, json=body)).status_code == 404


async def test_a_body_has_a_limit(site: Site, says: Any) -> None:
    answer = await site.api(await site.session("alex"), "POST", "/accounts", content=b"x" * 200_000)
    assert answer.status_code == 413

"""The job `fetch-media`: pending, then kept, refused or failed, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub.accounts.models import Account
from hub.jobs.models import Job
from hub.jobs.patience import PAUSES
from hub.jobs.queue import JobQueue
from hub.media.fetch import MediaFetcher, Patience
from hub.media.job import KIND, MAX_FILES, FetchMedia
from hub.media.models import File
from hub.system import Hub
from hub.tickets.models import Message, Ticket
from tests.fakes import FakeClock, inbound
from tests.fixtures import account_id, events_of, messages_of, receive, rows, ticket_of
from tests.hub.media.hostile import PUBLIC, Answer, Hostile, Names, Rerouted, answer, hostile
from tests.hub.media.samples import png

pytestmark = pytest.mark.anyio

HOST = "http://files.example"


def linked(url: str, state: str | None = "pending") -> dict[str, Any]:
    value = {"url": url, "media_type": "image", "name": None, "size": None, "error": None,
             "file_id": None}  # fmt: skip
    return value if state is None else {**value, "state": state}


async def set_attachments(hub: Hub, message_id: int, *attachments: dict[str, Any]) -> None:
    async with hub.database.write() as session:
        await session.execute(
            update(Message).where(Message.id == message_id).values(attachments=list(attachments))
        )


async def arrived(hub: Hub, *attachments: dict[str, Any]) -> int:
    """The id of a new message with these attachments, and the job for it."""
    (ticket_id,) = await receive(hub, inbound())
    (message,) = await messages_of(hub, ticket_id)
    await set_attachments(hub, message.id, *attachments)
    async with hub.database.write() as session:
        session.add(
            Job(
                kind=KIND, lane=f"media:{message.id}", payload={"message_id": message.id},
                run_at=hub.now(), created_at=hub.now(),
            )
        )  # fmt: skip
    return message.id


async def attachments_of(hub: Hub, message_id: int) -> list[dict[str, Any]]:
    (message,) = await rows(hub.database, Message, id=message_id)
    found: list[dict[str, Any]] = message.attachments
    return found


async def states_of(hub: Hub, message_id: int) -> list[str | None]:
    return [one.get("state") for one in await attachments_of(hub, message_id)]


def job_of(hub: Hub, server: Hostile) -> FetchMedia:
    fetcher = MediaFetcher(
        patience=Patience(1, 1, 2),
        resolver=Names(files__example=[[PUBLIC]]),
        network=Rerouted(server.port),
    )
    return FetchMedia(hub.database, hub.files, hub.now, fetcher)


async def run_jobs(hub: Hub, job: FetchMedia) -> int:
    queue = JobQueue(hub.database, hub.now, {KIND: job}, only={KIND})
    done = 0
    while claimed := await queue.claim(8):
        for one in claimed:
            await queue.run(one)
        done += len(claimed)
    return done


async def test_each_attachment_becomes_what_it_is(hub: Hub) -> None:
    answers: dict[str, Answer] = {
        "/a": answer(png(1)), "/page": answer(b"<html><script>"), "/gone": answer(status="410 Gone")
    }  # fmt: skip
    async with hostile(answers) as server:
        message_id = await arrived(
            hub, linked(f"{HOST}/a"), linked(f"{HOST}/page"), linked(f"{HOST}/gone"),
            linked("http://127.0.0.1/"), linked("file-kept:9", "kept"), linked(f"{HOST}/a"),
            linked("tel:1", "linked"), linked(f"{HOST}/a", None),
        )  # fmt: skip
        before = await ticket_of(hub, 1)
        assert await run_jobs(hub, job_of(hub, server)) == 1
        assert server.paths == ["/a", "/page", "/gone"], "each address once"
    kept, page, gone, private, had, twice, other, older = await attachments_of(hub, message_id)
    (file,) = await rows(hub.database, File)
    news = {"state": "kept", "size": len(png(1)), "media_type": "image/png", "file_id": file.id}
    assert kept == {**linked(f"{HOST}/a"), **news}
    assert twice == kept
    assert (page["state"], gone["state"], private["state"]) == ("refused",) * 3
    assert "not kept" in page["error"]
    assert "no longer there" in gone["error"]
    assert "public internet" in private["error"]
    assert had == linked("file-kept:9", "kept")
    assert other == linked("tel:1", "linked")
    assert older == linked(f"{HOST}/a", None), "nothing is fetched for messages of long ago"
    after = await ticket_of(hub, before.id)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


async def test_consoles_are_told_and_clocks_go_on(hub: Hub) -> None:
    async with hostile({"/a": answer(png())}) as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"))
        await run_jobs(hub, job_of(hub, server))
    event = (await events_of(hub))[-1]
    (message,) = await rows(hub.database, Message, id=message_id)
    ticket = await ticket_of(hub, message.ticket_id)
    assert (event.kind, event.ticket_id, event.unit) == ("message.updated", ticket.id, ticket.unit)
    data = json.loads(event.data)
    assert data["id"] == message_id
    (attachment,) = data["attachments"]
    assert (attachment["state"], attachment["media_type"]) == ("kept", "image/png")


async def test_a_second_run_does_nothing(hub: Hub) -> None:
    async with hostile({"/a": answer(png())}) as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"))
        job = job_of(hub, server)
        await job({"message_id": message_id})
        told = len(await events_of(hub))
        await job({"message_id": message_id})
        await job.give_up({"message_id": message_id})
        assert server.paths == ["/a"]
    assert await states_of(hub, message_id) == ["kept"]
    assert len(await events_of(hub)) == told


async def test_a_killed_run_goes_on_where_it_stopped(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As a process that ends: nothing catches it."""

    async with hostile({"/a": answer(png(1)), "/b": answer(png(2))}) as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"), linked(f"{HOST}/b"))
        job = job_of(hub, server)
        fetch = job._fetcher.fetch

        async def dying(url: str, *more: Any) -> bytes:
            if url.endswith("/b"):
                raise Killed
            return await fetch(url, *more)

        monkeypatch.setattr(job._fetcher, "fetch", dying)
        with pytest.raises(Killed):
            await job({"message_id": message_id})
        assert await states_of(hub, message_id) == ["kept", "pending"]
        await job_of(hub, server)({"message_id": message_id})
        assert server.paths == ["/a", "/b"]
    assert await states_of(hub, message_id) == ["kept", "kept"]


async def test_an_outage_is_waited_for(hub: Hub, clock: FakeClock) -> None:
    async with hostile({"/a": answer(status="503 Later"), "/b": answer(png())}) as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"), linked(f"{HOST}/b"))
        job = job_of(hub, server)
        await run_jobs(hub, job)
        assert await states_of(hub, message_id) == ["pending", "kept"]
        assert "503" in (await attachments_of(hub, message_id))[0]["error"]
        for pause in PAUSES[:3]:
            assert await run_jobs(hub, job) == 0, "not before the pause is over"
            clock.advance(pause)
            assert await run_jobs(hub, job) == 1
        assert server.paths == ["/a", "/b", "/a", "/a", "/a"]
        server.answers["/a"] = answer(png(5))
        clock.advance(PAUSES[3])
        await run_jobs(hub, job)
    assert await states_of(hub, message_id) == ["kept", "kept"]
    assert (await attachments_of(hub, message_id))[0]["error"] is None
    assert not [one for one in await rows(hub.database, Job, kind=KIND) if one.failed]
    clock.advance(days=2)
    assert await rows(hub.database, Job, kind=KIND, done_at=None) == []


async def test_it_is_given_up_in_the_end(hub: Hub, clock: FakeClock) -> None:
    async with hostile({"/a": answer(status="500 Oh")}) as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"))
        job = job_of(hub, server)
        for _ in range(len(PAUSES) + 4):
            await run_jobs(hub, job)
            clock.advance(max(PAUSES) + timedelta(seconds=1))
        assert len(server.paths) == len(PAUSES) + 1
    (attachment,) = await attachments_of(hub, message_id)
    assert attachment["state"] == "failed"
    assert "500" in attachment["error"]


async def test_a_message_of_a_thousand_links_is_bounded(hub: Hub) -> None:
    async with hostile({f"/{n}": answer(png(n)) for n in range(MAX_FILES)}) as server:
        message_id = await arrived(hub, *(linked(f"{HOST}/{n}") for n in range(1000)))
        await run_jobs(hub, job_of(hub, server))
        assert len(server.paths) == MAX_FILES
    states = await states_of(hub, message_id)
    assert states == ["kept"] * MAX_FILES + ["refused"] * (1000 - MAX_FILES)


async def test_a_mistake_of_ours_ends_visibly(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hostile() as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"))
        job = job_of(hub, server)

        async def broken(url: str, *more: Any) -> bytes:
            raise ZeroDivisionError

        monkeypatch.setattr(job._fetcher, "fetch", broken)
        for _ in range(10):
            await run_jobs(hub, job)
            clock.advance(minutes=10)
    (attachment,) = await attachments_of(hub, message_id)
    assert attachment["state"] == "failed"
    assert attachment["error"]


Meanwhile = Callable[[Hub, int], Awaitable[None]]


async def _deleted(hub: Hub, message_id: int) -> None:
    async with hub.database.write() as session:
        message = await session.get_one(Message, message_id)
        message.deleted_at, message.attachments, message.body = hub.now(), [], ""


async def _deleted_but_linked(hub: Hub, message_id: int) -> None:
    async with hub.database.write() as session:
        (await session.get_one(Message, message_id)).deleted_at = hub.now()


async def _edited(hub: Hub, message_id: int) -> None:
    await set_attachments(hub, message_id, linked(f"{HOST}/new"), linked(f"{HOST}/b"))


@pytest.mark.parametrize(
    ("meanwhile", "states"),
    [
        (_deleted, []),
        (_deleted_but_linked, ["pending", "pending"]),
        (_edited, ["pending", "kept"]),
    ],
)
async def test_what_happens_meanwhile_holds(
    hub: Hub, meanwhile: Meanwhile, states: list[str]
) -> None:
    """While the file is on its way its message is edited or deleted."""
    async with hostile() as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"), linked(f"{HOST}/b"))

        async def late(writer: Any) -> None:
            await meanwhile(hub, message_id)
            writer.write(answer(png(1)))

        server.answers |= {"/a": late, "/b": answer(png(2))}
        await job_of(hub, server)({"message_id": message_id})
    assert await states_of(hub, message_id) == states
    if meanwhile is _edited:
        assert (await attachments_of(hub, message_id))[0] == linked(f"{HOST}/new")


async def test_a_message_that_moves_to_another_ticket_is_found(hub: Hub) -> None:
    async with hostile() as server:
        message_id = await arrived(hub, linked(f"{HOST}/a"))
        (other,) = await receive(hub, inbound("m-2", conversation="c-2", address="u-2"))

        async def late(writer: Any) -> None:
            async with hub.database.write() as session:
                (await session.get_one(Message, message_id)).ticket_id = other
            writer.write(answer(png()))

        server.answers["/a"] = late
        await job_of(hub, server)({"message_id": message_id})
    assert await states_of(hub, message_id) == ["kept"]
    assert (await events_of(hub))[-1].ticket_id == other


async def test_only_a_sandbox_account_reaches_its_own_host(hub: Hub) -> None:
    async with hostile({"/a": answer(png())}) as server:
        base = f"http://127.0.0.1:{server.port}"
        job = FetchMedia(hub.database, hub.files, hub.now)
        states = []
        for sandbox in (False, True):
            async with hub.database.write() as session:
                account = await session.get_one(Account, await account_id(hub))
                account.base_url, account.sandbox = f"{base}/x", sandbox
            (ticket_id,) = await receive(hub, inbound(f"m-{sandbox}", conversation=f"c-{sandbox}"))
            (message,) = await messages_of(hub, ticket_id)
            await set_attachments(hub, message.id, linked(f"{base}/a"))
            await job({"message_id": message.id})
            states += await states_of(hub, message.id)
        assert states == ["refused", "kept"]
        assert server.paths == ["/a"]


async def test_an_unknown_message_is_nothing_to_do(hub: Hub) -> None:
    job = FetchMedia(hub.database, hub.files, hub.now)
    await job({"message_id": 4711})
    await job.give_up({"message_id": 4711})
    assert await rows(hub.database, Ticket) == []

"""Reports by mail: each once, on time or late, to whoever can be reached."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from hub.jobs.lease import LEASE
from hub.jobs.models import Job
from hub.jobs.patience import PAUSES
from hub.notices.models import Notice
from hub.reports.exports import csv_file
from hub.reports.schedules import actions
from hub.reports.schedules.job import KIND
from hub.system import Hub
from tests.fakes import FakeClock, inbound
from tests.fixtures import HubMaker, agent, events_of, receive, rows
from tests.hub.mail.post import Post, post
from tests.hub.reports.schedules.sending import ANA, BO, Sending, found, schedule

pytestmark = pytest.mark.anyio

DUE = datetime(2026, 11, 19, 12, tzinfo=UTC)
"""The first 07:00 after the tests' noon on November 18."""


def _files(letter: EmailMessage) -> dict[str, bytes]:
    return {
        str(one.get_filename()): one.get_payload(decode=True)  # type: ignore[misc]
        for one in letter.iter_attachments()
    }


async def _notices(hub: Hub) -> list[Notice]:
    return await rows(hub.database, Notice, kind="report")


async def test_yesterdays_report_arrives_in_the_morning(hub: Hub, clock: FakeClock) -> None:
    await receive(hub, inbound("m-1", "=1+1 My power is out", skip_bot=True))
    one = await schedule(hub, formats=["pdf", "xlsx", "csv"])
    assert one.next_at == DUE
    async with post() as server:
        sending = Sending(hub, server.mailer())
        clock.at = DUE - timedelta(seconds=1)
        assert await sending.run() == 0
        clock.at = DUE
        assert await sending.run() == 1
        assert await sending.run() == 0
    (envelope,), (letter,) = server.taken, server.letters()
    assert envelope.rcpt_tos == [ANA, BO]
    assert letter["To"] == f"{ANA}, {BO}"
    assert letter["Subject"] == "Morning report: service report, Wednesday, November 18, 2026"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Wednesday, November 18, 2026" in text
    assert "As of November 19, 2026, 07:00 EST" in text
    assert "/console/reports" in text
    files = _files(letter)
    stem = "service-report-2026-11-18-to-2026-11-18"
    assert sorted(files) == [f"{stem}.{ending}" for ending in ("csv", "pdf", "xlsx")]
    assert files[f"{stem}.pdf"].startswith(b"%PDF-")
    assert files[f"{stem}.xlsx"].startswith(b"PK")
    lines = csv.DictReader(io.StringIO(files[f"{stem}.csv"].decode("utf-8-sig"), newline=""))
    assert "created" in (lines.fieldnames or ())
    after = await found(hub, one.id)
    assert after.last_sent_at == DUE
    assert after.last_error is None
    assert after.next_at == DUE + timedelta(days=1)
    assert await _notices(hub) == []


async def test_it_waits_until_the_period_is_counted(hub: Hub, clock: FakeClock) -> None:
    await receive(hub, inbound("m-1", "My power is out", skip_bot=True))
    one = await schedule(hub)
    clock.at = DUE
    async with post() as server:
        sending = Sending(hub, server.mailer())
        await sending.due.run()
        assert await sending.jobs() == 1
        assert server.taken == []
        error = (await found(hub, one.id)).last_error
        assert error == "counted only until November 18, 2026, 12:00 EST"
        clock.advance(PAUSES[0])
        assert await sending.run() == 1
    (letter,) = server.letters()
    (content,) = _files(letter).values()
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert sum(int(line["created"]) for line in lines) == 1
    assert (await found(hub, one.id)).last_error is None


async def test_two_workers_send_one(hub: Hub, clock: FakeClock) -> None:
    await schedule(hub)
    clock.at = DUE
    async with post() as server:
        workers = [Sending(hub, server.mailer()) for _ in range(4)]
        await asyncio.gather(*(worker.due.run() for worker in workers))
        assert len(await rows(hub.database, Job, kind=KIND)) == 1
        await asyncio.gather(*(worker.run() for worker in workers))
    assert len(server.taken) == 1


async def test_what_was_missed_is_sent_once_and_late(hub: Hub, clock: FakeClock) -> None:
    """Four days off: the newest period, once; after it all goes on as before."""
    one = await schedule(hub)
    clock.at = DUE + timedelta(days=4, hours=3)
    async with post() as server:
        sending = Sending(hub, server.mailer())
        assert await sending.run() == 1
        assert (await found(hub, one.id)).next_at == DUE + timedelta(days=5)
        clock.at = DUE + timedelta(days=5)
        assert await sending.run() == 1
    subjects = [letter["Subject"].rpartition("report, ")[2] for letter in server.letters()]
    assert subjects == ["Sunday, November 22, 2026", "Monday, November 23, 2026"]


async def test_a_process_that_dies_before_sending_loses_nothing(
    hub: Hub, make_hub: HubMaker, clock: FakeClock
) -> None:
    await schedule(hub)
    clock.at = DUE
    async with post() as server:
        before = Sending(hub, server.mailer())
        await before.due.run()
        (claimed,) = await before.queue.claim(8)
        assert claimed.kind == KIND
        # Killed here. Another process finds the job when the lease has run out.
        again = make_hub()
        await again.start()
        after = Sending(again, server.mailer())
        assert await after.run() == 0
        clock.advance(LEASE + timedelta(seconds=1))
        assert await after.run() == 1
        await again.aclose()
    assert len(server.taken) == 1


async def test_one_that_dies_between_taking_and_noting_sends_a_copy_that_is_known(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.reports.schedules.job import SendReport

    await schedule(hub)
    clock.at = DUE

    async def killed(self: SendReport, payload: Mapping[str, Any], sent: object) -> None:
        raise asyncio.CancelledError

    async with post() as server:
        sending = Sending(hub, server.mailer())
        with monkeypatch.context() as patch:
            patch.setattr(SendReport, "_sent", killed)
            with pytest.raises(asyncio.CancelledError):
                await sending.run()
        clock.advance(LEASE + timedelta(seconds=1))
        assert await sending.run() == 1
    first, second = server.letters()
    assert first["Message-ID"] == second["Message-ID"]
    assert ".2026-11-18.2026-11-18@city.example>" in first["Message-ID"]


async def test_message_ids_tell_periods_schedules_and_requests_apart(
    hub: Hub, clock: FakeClock
) -> None:
    one = await schedule(hub)
    await schedule(hub, name="Another")
    sam = await agent(hub, "sam")
    async with post() as server:
        sending = Sending(hub, server.mailer())
        for day in range(2):
            clock.at = DUE + timedelta(days=day)
            await sending.run()
        for _ in range(2):
            clock.advance(seconds=1)
            async with hub.database.write() as session:
                await actions.send_now(session, one.id, sending.due._zone, sam, clock())
            assert await sending.run() == 1
    ids = [letter["Message-ID"] for letter in server.letters()]
    assert len(ids) == len(set(ids)) == 6
    assert (await found(hub, one.id)).next_at == DUE + timedelta(days=2)


async def test_a_server_that_is_away_is_waited_for(hub: Hub, clock: FakeClock) -> None:
    one = await schedule(hub)
    clock.at = DUE
    async with post() as server:
        pass
    sending = Sending(hub, server.mailer())
    assert await sending.run() == 1
    assert "the mail server is away" in ((await found(hub, one.id)).last_error or "")
    assert await sending.run() == 0, "not at once again"
    clock.advance(PAUSES[0])
    assert await sending.run() == 1
    async with post(server, port=server.port):
        clock.advance(PAUSES[1])
        assert await sending.run() == 1
    assert len(server.taken) == 1
    after = await found(hub, one.id)
    assert after.last_error is None
    assert after.last_sent_at == clock()
    assert await _notices(hub) == []


async def test_one_that_stays_away_is_told_to_supervisors(hub: Hub, clock: FakeClock) -> None:
    one = await schedule(hub)
    clock.at = DUE
    async with post() as server:
        pass
    sending = Sending(hub, server.mailer())
    await sending.run()
    async with hub.database.write() as session:  # tomorrow's is not what this is about
        row = await session.get(type(one), one.id)
        assert row is not None
        row.next_at = DUE + timedelta(days=30)
    for pause in PAUSES:
        assert await _notices(hub) == []
        clock.advance(pause)
        assert await sending.run() == 1
    (notice,) = await _notices(hub)
    assert notice.audience == "supervisors"
    assert notice.severity == "warning"
    assert notice.text.startswith(
        "The report “Morning report” about Wednesday, November 18, 2026 did not arrive: "
        "the mail server is away"
    )
    assert notice.detail["schedule_id"] == one.id
    assert len(await events_of(hub, kind="notice.created")) == 1
    clock.advance(days=2)
    assert await sending.run() == 0


async def test_one_recipient_is_refused_and_the_others_have_it_once(
    hub: Hub, clock: FakeClock
) -> None:
    one = await schedule(hub)
    clock.at = DUE
    async with post(Post(refuse={BO: "550 no such user"})) as server:
        sending = Sending(hub, server.mailer())
        assert await sending.run() == 1
        clock.advance(hours=10)
        assert await sending.run() == 0
    (envelope,) = server.taken
    assert envelope.rcpt_tos == [ANA]
    after = await found(hub, one.id)
    assert after.last_error == f"{BO}: 550 no such user"
    assert after.last_sent_at == DUE
    (notice,) = await _notices(hub)
    assert notice.text.endswith(f"did not arrive: {BO}: 550 no such user")


async def test_one_recipient_is_greylisted_and_gets_it_later(hub: Hub, clock: FakeClock) -> None:
    one = await schedule(hub)
    clock.at = DUE
    async with post(Post(refuse={BO: "451 come back"})) as server:
        sending = Sending(hub, server.mailer())
        assert await sending.run() == 1
        assert (await found(hub, one.id)).last_error == f"{BO}: 451 come back"
        server.refuse.clear()
        clock.advance(PAUSES[0])
        assert await sending.run() == 1
    assert [envelope.rcpt_tos for envelope in server.taken] == [[ANA], [BO]]
    assert (await found(hub, one.id)).last_error is None
    assert await _notices(hub) == []


async def test_a_greylisting_that_does_not_end(hub: Hub, clock: FakeClock) -> None:
    one = await schedule(hub, recipients=[BO])
    clock.at = DUE
    async with post(Post(refuse={BO: "451 come back"})) as server:
        sending = Sending(hub, server.mailer())
        await sending.due.run()
        assert await sending.jobs() == 1
        for pause in PAUSES:
            clock.advance(pause)
            assert await sending.jobs() == 1
        clock.advance(hours=9)
        assert await sending.jobs() == 0
    assert server.taken == []
    assert (await found(hub, one.id)).last_sent_at is None
    assert len(await _notices(hub)) == 1


async def test_a_letter_that_is_refused_is_not_tried_again(hub: Hub, clock: FakeClock) -> None:
    one = await schedule(hub)
    clock.at = DUE
    async with post(Post(answers=["554 no"])) as server:
        sending = Sending(hub, server.mailer())
        assert await sending.run() == 1
        clock.advance(hours=9)
        assert await sending.run() == 0
    assert server.taken == []
    assert (await found(hub, one.id)).last_error == "the mail server said: 554 no"
    assert len(await _notices(hub)) == 1


async def test_without_a_mail_server_supervisors_are_told(hub: Hub, clock: FakeClock) -> None:
    from hub.mail.sender import Mailer

    one = await schedule(hub)
    clock.at = DUE
    assert await Sending(hub, Mailer.of(hub.settings)).run() == 1
    assert "HUB_SMTP_HOST" in ((await found(hub, one.id)).last_error or "")
    assert len(await _notices(hub)) == 1


async def test_a_mistake_of_ours_is_told_too(
    hub: Hub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await schedule(hub)
    clock.at = DUE

    def broken(*_: object) -> bytes:
        raise LookupError("a mistake")

    monkeypatch.setattr(csv_file, "to_csv", broken)
    async with post() as server:
        sending = Sending(hub, server.mailer())
        for _ in range(6):
            await sending.run()
            clock.advance(minutes=1)
    assert (await found(hub, one.id)).last_error == "the hub could not make it: its log says why"
    assert len(await _notices(hub)) == 1
    assert len(await rows(hub.database, Job, kind=KIND, failed=True)) == 1


async def test_switched_off_or_removed_meanwhile_nothing_is_sent(
    hub: Hub, clock: FakeClock
) -> None:
    off, gone = await schedule(hub), await schedule(hub, name="Gone")
    sam = await agent(hub, "sam")
    directory = await hub.directory.get()
    clock.at = DUE
    async with post() as server:
        sending = Sending(hub, server.mailer())
        assert await sending.due.run() == 2
        async with hub.database.write() as session:
            await actions.change_schedule(
                session, off.id, {"active": False}, directory, sending.due._zone, sam, clock()
            )
            await actions.remove_schedule(session, gone.id, sam, clock())
        assert await sending.jobs() == 2
        assert server.taken == []
        clock.advance(days=3)
        assert await sending.run() == 0
        async with hub.database.write() as session:
            await actions.send_now(session, off.id, sending.due._zone, sam, clock())
        assert await sending.jobs() == 1, "asked for by hand it is sent all the same"
    assert len(server.taken) == 1


async def test_no_transaction_is_open_while_the_server_thinks(hub: Hub, clock: FakeClock) -> None:
    """Others write while a letter hangs: on SQLite they would wait for it."""
    await schedule(hub)
    clock.at = DUE
    async with post(Post(hang=True)) as server:
        sending = Sending(hub, server.mailer(command_seconds=30, letter_seconds=30))
        task = asyncio.create_task(sending.run())
        async with asyncio.timeout(20):
            while not server.taken:
                await asyncio.sleep(0.02)
            await receive(hub, inbound("m-1", "hello", skip_bot=True))
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_names_make_no_headers(hub: Hub, clock: FakeClock) -> None:
    await schedule(hub, name="Report\r\nBcc: evil@evil.example")
    clock.at = DUE
    async with post() as server:
        await Sending(hub, server.mailer()).run()
    (letter,) = server.letters()
    assert letter["Bcc"] is None
    assert server.taken[0].rcpt_tos == [ANA, BO]

"""Fetching what a stranger chose: from the public internet, bounded in every way."""

from __future__ import annotations

import asyncio
import gzip
import time

import pytest

from hub.media.fetch import MAX_URL, MediaFetcher, Patience, read_url, target_of
from hub.media.network import MediaRefused, MediaUnavailable, resolve
from hub.ports.files import MAX_FILE
from tests.hub.media.hostile import (
    PUBLIC,
    Answer,
    Hostile,
    Names,
    Rerouted,
    answer,
    dripping,
    dripping_headers,
    hostile,
    redirect,
    silent,
)
from tests.hub.media.samples import png

pytestmark = pytest.mark.anyio

SOON = Patience(connect=1, read=1, total=2)
URL = "http://files.example/photo"


def _fetcher(
    server: Hostile, names: Names | None = None, patience: Patience = SOON
) -> tuple[MediaFetcher, Rerouted]:
    network = Rerouted(server.port)
    names = names or Names(files__example=[[PUBLIC]], other__example=[["2606:4700::1111"]])
    return MediaFetcher(patience=patience, resolver=names, network=network), network


async def _get(answers: dict[str, Answer], url: str = URL) -> bytes:
    async with hostile(answers) as server:
        return await _fetcher(server)[0].fetch(url)


async def test_a_file_is_fetched_from_the_address_that_was_checked() -> None:
    async with hostile({"/photo?size=2": answer(png())}) as server:
        fetcher, network = _fetcher(server)
        assert await fetcher.fetch(f"{URL}?size=2#top") == png()
        assert network.reached == [(PUBLIC, 80)]
        (asked,) = server.asked
    headers = asked.lower()
    assert "host: files.example\r\n" in headers
    assert "accept-encoding: identity" in headers
    assert "cookie" not in headers
    assert "authorization" not in headers


@pytest.mark.parametrize(
    "url",
    [
        "", "photo.jpg", "//files.example/a", "file:///etc/passwd", "ftp://files.example/a",
        "data:image/png;base64,AAAA", "gopher://files.example/", "javascript:alert(1)",
        "http://", "http:///a", "http://user@files.example/", "http://user:pass@files.example/",
        "http://files.example:22/", "http://files.example:8080/", "https://files.example:6379/",
        "http://files.example:99999/", "http://files.example:x/", "http://[::1/", "http://a b/",
        "http://files.example\\@127.0.0.1:22/", "http://" + "a" * 300 + ".example/",
        "http://files.example/" + "a" * MAX_URL, "http://files.example/\r\nX: y",
        "http://\u2025/", "http://xn--a/",
    ],
)  # fmt: skip
async def test_other_addresses_are_refused(url: str) -> None:
    async with hostile({"/": answer(png())}) as server:
        fetcher, network = _fetcher(server)
        with pytest.raises((MediaRefused, MediaUnavailable)):
            await fetcher.fetch(url)
        assert network.reached == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0", "localhost",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
        "169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "127.0.0.1.",
    ],
)  # fmt: skip
async def test_private_hosts_are_refused_however_they_are_written(host: str) -> None:
    """With the system's own resolver: it knows more spellings than anybody."""
    async with hostile({"/": answer(png())}) as server:
        network = Rerouted(server.port)
        fetcher = MediaFetcher(patience=SOON, resolver=resolve, network=network)
        with pytest.raises((MediaRefused, MediaUnavailable)):
            await fetcher.fetch(f"http://{host}/")
        assert network.reached == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fe80::1"])
async def test_names_of_private_addresses_are_refused(address: str) -> None:
    async with hostile({"/photo": answer(png())}) as server:
        for said in ([address], [PUBLIC, address], [address, PUBLIC]):
            fetcher, network = _fetcher(server, Names(files__example=[said]))
            with pytest.raises(MediaRefused, match="not on the public internet"):
                await fetcher.fetch(URL)
            assert network.reached == []


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    """DNS rebinding: public when it is checked, loopback when it is connected to."""
    names = Names(files__example=[[PUBLIC], ["127.0.0.1"]])
    async with hostile({"/photo": answer(png())}) as server:
        fetcher, network = _fetcher(server, names)
        assert await fetcher.fetch(URL) == png()
        assert names.asked == ["files.example"]
        assert network.reached == [(PUBLIC, 80)]
        with pytest.raises(MediaRefused):  # now it says loopback
            await fetcher.fetch(URL)
        assert len(network.reached) == 1


async def test_a_redirect_is_checked_like_the_first_address() -> None:
    async with hostile({"/photo": redirect("http://other.example/there")}) as server:
        server.answers["/there"] = answer(png())
        fetcher, network = _fetcher(server)
        assert await fetcher.fetch(URL) == png()
        assert network.reached == [(PUBLIC, 80), ("2606:4700::1111", 80)]
        for to in (
            "http://127.0.0.1/", f"http://127.0.0.1:{server.port}/there", "file:///etc/passwd",
            "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/",
            "http://other.example:6379/", "http://me:secret@other.example/", "",
        ):  # fmt: skip
            server.answers["/photo"] = redirect(to)
            before = len(network.reached)
            with pytest.raises(MediaRefused):
                await fetcher.fetch(URL)
            reached = network.reached[before:]
            assert {host for host, _ in reached} == {PUBLIC}, to


async def test_a_redirect_may_rebind_as_little() -> None:
    names = Names(files__example=[[PUBLIC], ["127.0.0.1"]])
    async with hostile({"/photo": redirect("/there"), "/there": answer(png())}) as server:
        fetcher, network = _fetcher(server, names)
        with pytest.raises(MediaRefused):
            await fetcher.fetch(URL)
        assert network.reached == [(PUBLIC, 80)]


async def test_three_redirects_and_no_more() -> None:
    chain: dict[str, Answer] = {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    async with hostile({**chain, "/9": answer(png())}) as server:
        fetcher, _ = _fetcher(server)
        assert await fetcher.fetch("http://files.example/6") == png()
        with pytest.raises(MediaRefused, match="redirected more than 3 times"):
            await fetcher.fetch("http://files.example/5")


async def test_too_large_by_its_own_word_is_not_read() -> None:
    async with hostile() as server:
        server.answers["/photo"] = answer(length=False, Content_Length=str(MAX_FILE + 1))
        with pytest.raises(MediaRefused, match="too large"):
            await _fetcher(server)[0].fetch(URL)


@pytest.mark.parametrize("said", ["99999999999999999999999999", "-1", "x", "1, 2"])
async def test_odd_lengths_are_no_bug(said: str) -> None:
    with pytest.raises((MediaRefused, MediaUnavailable)):
        await _get({"/photo": answer(png(), length=False, Content_Length=said)})


async def test_a_body_without_an_end_is_cut_off() -> None:
    async with hostile() as server:
        server.answers["/photo"] = server.endless
        patient = Patience(connect=1, read=5, total=20)
        with pytest.raises(MediaRefused, match="too large"):
            await _fetcher(server, patience=patient)[0].fetch(URL)
        assert server.sent < 2 * MAX_FILE


async def test_a_chunked_body_without_an_end_is_cut_off() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(length=False, Transfer_Encoding="chunked"))
        while True:
            writer.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
            await writer.drain()

    async with hostile({"/photo": endless}) as server:
        patient = Patience(connect=1, read=5, total=20)
        with pytest.raises(MediaRefused, match="too large"):
            await _fetcher(server, patience=patient)[0].fetch(URL)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, gzip", "zstd"])
async def test_packed_bodies_are_not_unpacked(encoding: str) -> None:
    bomb = gzip.compress(bytes(50 * 2**20))
    with pytest.raises(MediaRefused, match="packed"):
        await _get({"/photo": answer(bomb, Content_Encoding=encoding)})


@pytest.mark.parametrize("slow", [dripping, dripping_headers, silent])
async def test_slow_servers_are_left(slow: Answer) -> None:
    started = time.monotonic()
    with pytest.raises(MediaUnavailable):
        await _get({"/photo": slow})
    assert time.monotonic() - started < 5


async def test_a_slow_resolver_is_left() -> None:
    async def slow(host: str, port: int) -> list[str]:
        await asyncio.sleep(30)
        return [PUBLIC]

    with pytest.raises(MediaUnavailable):
        await MediaFetcher(patience=SOON, resolver=slow, network=Rerouted(1)).fetch(URL)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("204 No Content", True), ("206 Partial Content", True), ("304 Not Modified", True),
        ("400 Bad Request", True), ("401 Unauthorized", True), ("403 Forbidden", True),
        ("404 Not Found", True), ("410 Gone", True), ("418 Teapot", True),
        ("408 Timeout", False), ("425 Early", False), ("429 Many", False), ("500 Oh", False),
        ("503 Later", False), ("599 What", False),
    ],
)  # fmt: skip
async def test_what_other_answers_mean(status: str, final: bool) -> None:
    with pytest.raises(MediaRefused if final else MediaUnavailable):
        await _get({"/photo": answer(b"", status)})


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\x00\x01\x02", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b"HTTP/9.9 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)  # fmt: skip
async def test_garbage_is_no_bug(said: bytes) -> None:
    with pytest.raises(MediaUnavailable):
        await _get({"/photo": said})


async def test_nobody_there_is_unavailable() -> None:
    names = Names(files__example=[[PUBLIC, "1.1.1.1"]])
    async with hostile({"/photo": answer(png())}) as server:
        network = Rerouted(server.port, dead=[PUBLIC])
        fetcher = MediaFetcher(patience=SOON, resolver=names, network=network)
        assert await fetcher.fetch(URL) == png(), "the second address answers"
        dead = MediaFetcher(
            patience=SOON, resolver=names, network=Rerouted(server.port, dead=[PUBLIC, "1.1.1.1"])
        )
        with pytest.raises(MediaUnavailable):
            await dead.fetch(URL)
        with pytest.raises(MediaUnavailable, match="was not found"):
            await dead.fetch("http://unknown.example/")


async def test_allowed_targets_need_not_be_public() -> None:
    """The sandbox of an account, at its host and port and at no other."""
    async with hostile({"/photo": answer(png())}) as server:
        fetcher = MediaFetcher(patience=SOON)
        allowed = target_of(f"http://127.0.0.1:{server.port}/facebook")
        base = f"http://127.0.0.1:{server.port}"
        assert await fetcher.fetch(f"{base}/photo", allowed) == png()
        for to in ("http://127.0.0.1/photo", f"http://localhost:{server.port}/photo"):
            server.answers["/away"] = redirect(to)
            for url in (to, f"{base}/away"):
                with pytest.raises(MediaRefused):
                    await fetcher.fetch(url, allowed)
        with pytest.raises(MediaRefused):
            await fetcher.fetch(f"{base}/photo")


def test_targets() -> None:
    assert target_of(None) == frozenset()
    assert target_of("nonsense") == frozenset()
    assert target_of("ftp://files.example/") == frozenset()
    assert target_of("https://API.example/v1") == {("api.example", 443)}
    assert str(read_url("HTTP://Files.Example/a%20b?c=d")) == "http://files.example/a%20b?c=d"

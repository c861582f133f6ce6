"""A server that answers as it likes, and a network on which every address leads to it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpcore2

PUBLIC = "93.184.216.34"
Writer = asyncio.StreamWriter
Answer = bytes | Callable[[Writer], Awaitable[None]]


def answer(
    body: bytes = b"", status: str = "200 OK", *, length: bool = True, **headers: str
) -> bytes:
    """The bytes of an answer; without `length` it ends when the connection does."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        said.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(status=status, Location=to)


class Hostile:
    """Answers by the path that is asked for; 404 for others."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        """The request lines and headers, in order."""
        self.port = 0
        self.sent = 0
        """Bytes written by answers that are functions."""

    @property
    def paths(self) -> list[str]:
        return [request.split(" ", 2)[1] for request in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(request)
            found = self.answers.get(request.split(" ", 2)[1], answer(status="404 Not Found"))
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(writer)
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    async def endless(self, writer: Writer) -> None:
        """A body without an end and without a length."""
        writer.write(answer(length=False))
        while True:
            writer.write(b"\x89PNG\r\n\x1a\n" + bytes(65_528))
            await writer.drain()
            self.sent += 65_536


async def dripping(writer: Writer) -> None:
    """A byte of a body now and then."""
    writer.write(answer(Content_Length="1000"))
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def dripping_headers(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        writer.write(f"X-{number}: y\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(writer: Writer) -> None:
    await asyncio.sleep(30)


@asynccontextmanager
async def hostile(
    answers: Mapping[str, Answer] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Hostile]:
    server = Hostile(answers or {})
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await server.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        listening.close()
        await listening.wait_closed()


class Names:
    """A resolver that says what it is told; the last word of a name is said again and again."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self._names = {name.replace("__", "."): list(said) for name, said in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        said = self._names.get(host)
        if said is None:
            raise OSError("no such name")
        return said.pop(0) if len(said) > 1 else said[0]


class Rerouted(httpcore2.AsyncNetworkBackend):
    """A network on which every address is the one server; `dead` ones do not answer."""

    def __init__(self, port: int, dead: Iterable[str] = ()) -> None:
        self._port = port
        self._dead = set(dead)
        self._real = httpcore2.AnyIOBackend()
        self.reached: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.reached.append((host, port))
        if host in self._dead:
            raise httpcore2.ConnectError("refused")
        return await self._real.connect_tcp("127.0.0.1", self._port, timeout)

"""`/console/socket`: the event log, live, from the number a console has seen last.

Every console gets the frames it may see, in order; numbers it may not see are skipped. A
console whose number is older than the log is told to load everything again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.api.access import credential_of, identify
from hub.api.identities import Identities
from hub.db.base import encode_json
from hub.events.feed import Frame, last_number, oldest_number, read_since
from hub.http.guard import same_origin
from hub.http.sockets import protocol_of, text_frame
from hub.metrics import SOCKETS
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.view import timestamp

PING_EVERY = 10.0
MAX_BEHIND = 5_000
_AT_ONCE = 0.01
"""Seconds to wait for others who ask the same when everybody has to."""
_RECHECK = frozenset({"config.changed", "agent.updated"})


class Batch:
    """Frames on their way to every console. Readers who see the same get the same bytes."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.rechecks = any(frame.kind in _RECHECK for frame in frames)
        """Readers may see something else from here on."""
        self._assignees = {frame.assignee_id for frame in frames}
        self._made: dict[tuple[frozenset[str] | None, int | None], bytes | None] = {}

    def frame_for(self, principal: Principal) -> bytes | None:
        """The WebSocket frame for a reader, None if nothing of it is theirs to see."""
        own = principal.agent_id if principal.agent_id in self._assignees else None
        key = (principal.units, own)
        if key not in self._made:
            text = _message(self.frames, principal)
            self._made[key] = None if text is None else text_frame(text)
        return self._made[key]


def _message(frames: Sequence[Frame], principal: Principal) -> str | None:
    """What is theirs to see. That a ticket left is not told to whoever sees where it went."""
    seen = [f for f in frames if principal.sees(f.unit, f.assignee_id)]
    back = {f.ticket_id: f.seq for f in seen if f.kind == "ticket.updated"}
    theirs = [f.text for f in seen if f.kind != "ticket.left" or back.get(f.ticket_id, 0) < f.seq]
    return f'{{"type":"events","events":[{",".join(theirs)}]}}' if theirs else None


class ConsoleSocket:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._identities = Identities(hub)
        self._batch = Batch(())

    def _batch_of(self, frames: Sequence[Frame]) -> Batch:
        """The feed gives one list of frames to every console in turn."""
        if self._batch.frames is not frames:
            self._batch = Batch(frames)
        return self._batch

    async def __call__(self, socket: WebSocket) -> None:
        principal = await identify(self._hub, socket)
        trusted = same_origin(socket.headers, self._hub.settings.origin)
        if principal is None or not trusted:
            # Before it is accepted, so that the handshake itself is refused with 403.
            await socket.close(4401 if principal is None else 4403)
            return
        await socket.accept()
        with SOCKETS.track_inprogress():
            follower = _Follower(self._hub, socket, principal, self._identities, self._batch_of)
            await follower.run()


class _Follower:
    """One console that is connected."""

    def __init__(
        self,
        hub: Hub,
        socket: WebSocket,
        principal: Principal,
        identities: Identities,
        batch_of: Callable[[Sequence[Frame]], Batch],
    ) -> None:
        self._hub = hub
        self._socket = socket
        self._identities = identities
        self._credential = credential_of(socket)
        self._batch_of = batch_of
        self._protocol = protocol_of(socket.scope)
        self._busy = True
        """Something older is still to be sent."""
        self._principal = principal
        self._waiting: deque[Frame] = deque()
        self._arrived = asyncio.Event()
        self._cursor = 0
        self._overrun = False

    async def run(self) -> None:
        self._hub.feed.subscribe(self._listen)
        try:
            await self._begin()
            tasks = [asyncio.create_task(work()) for work in (self._read, self._follow)]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        except (WebSocketDisconnect, RuntimeError):
            return  # the console went away; Starlette says the second when we then send
        finally:
            self._hub.feed.unsubscribe(self._listen)

    def _listen(self, frames: Sequence[Frame]) -> None:
        if self._write(frames):
            return
        self._busy = True
        if len(self._waiting) > MAX_BEHIND:
            self._overrun = True
        else:
            self._waiting.extend(frames)
        self._arrived.set()

    def _write(self, frames: Sequence[Frame]) -> bool:
        """The short way, without waking a task: False where frames have to wait their turn."""
        protocol = self._protocol
        if protocol is None or self._busy or not protocol.ready or frames[0].seq <= self._cursor:
            return False
        batch = self._batch_of(frames)
        if batch.rechecks:
            return False
        self._cursor = frames[-1].seq
        frame = batch.frame_for(self._principal)
        if frame is not None:
            protocol.write_frame(frame)
        return True

    async def _begin(self) -> None:
        """Say hello, and send what was missed."""
        last = await last_number(self._hub.database)
        oldest = await oldest_number(self._hub.database)
        since = self._since(last)
        lost = since is None or (since < last and (oldest is None or since + 1 < oldest))
        self._cursor = last if since is None or lost else since
        hello = {"type": "hello", "seq": self._cursor, "resync": lost}
        await self._socket.send_text(encode_json(hello))
        while frames := await read_since(self._hub.database, self._cursor):
            await self._send(frames)

    def _since(self, last: int) -> int | None:
        """The number the console asks from, None if it is none of ours."""
        text = self._socket.query_params.get("since", "")
        if not text.isdecimal() or len(text) > 16:
            return None
        return int(text) if int(text) <= last else None

    async def _read(self) -> None:
        """Whatever it says, it is only there to notice that it went away."""
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            pass

    async def _follow(self) -> None:
        now = asyncio.get_running_loop().time
        ping_at = now() + PING_EVERY
        while True:
            self._busy = bool(self._waiting)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(ping_at):
                    await self._arrived.wait()
            if now() >= ping_at:
                # Also while much happens: it may all be for others' eyes.
                if not await self._ping():
                    return
                ping_at = now() + PING_EVERY
            if not self._arrived.is_set():
                continue
            self._arrived.clear()
            if self._overrun:
                await self._socket.close(1013, "too far behind; connect again")
                return
            frames = list(self._waiting)
            self._waiting.clear()
            if any(frame.kind in _RECHECK for frame in frames) and not await self._recheck(
                _AT_ONCE
            ):
                return
            await self._send(frames)

    async def _send(self, frames: Sequence[Frame]) -> None:
        """Send what is new and theirs to see."""
        new = [frame for frame in frames if frame.seq > self._cursor]
        if not new:
            return
        self._cursor = new[-1].seq
        text = _message(new, self._principal)
        if text is not None:
            await self._socket.send_text(text)

    async def _ping(self) -> bool:
        """Say that the line is alive, and up to which number; False once signed out."""
        if not await self._recheck(PING_EVERY / 20):
            return False
        ping = {"type": "ping", "seq": self._cursor, "at": timestamp(self._hub.now())}
        await self._socket.send_text(encode_json(ping))
        return True

    async def _recheck(self, patience: float) -> bool:
        """Whether they are still signed in; what they may see is read anew."""
        principal = None
        if self._credential is not None:
            principal = await self._identities.of(self._credential, patience)
        if principal is None:
            await self._socket.close(4401, "signed out")
            return False
        self._principal = principal
        return True

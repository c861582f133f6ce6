"""One connection of one visitor: what they write is stored, what is said to them is sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.webchat.desk import Desk
from channels.webchat.frames import line_view, read_frame, read_words, refusal, standing_view
from channels.webchat.limits import LONGEST_VISIT, Limits, Refused
from channels.webchat.lobby import Lobby
from channels.webchat.visitor import SOMEBODY, Visitor
from hub.ports import Line, Standing, Stir

PING_EVERY = 20.0

_PASSING = frozenset({"too-fast", "too-much-from-network"})
"""Refusals that a pause mends."""


class ChatVisit:
    """Implements `channels.webchat.lobby.Visit`."""

    def __init__(
        self,
        desk: Desk,
        lobby: Lobby,
        limits: Limits,
        socket: WebSocket,
        visitor: Visitor,
        network: str,
    ) -> None:
        self._desk = desk
        self._lobby = lobby
        self._limits = limits
        self._socket = socket
        self._visitor = visitor
        self._network = network
        self.conversation = visitor.conversation
        self.tickets: set[int] = set()
        self.waits_in: str | None = None
        self._shown: set[int] = set()
        self._standing = Standing()
        self._told: dict[str, Any] = {}
        """The standing as the visitor knows it."""
        self._changed = asyncio.Event()
        self._said = self._begun = self._recount = False
        self._typists: list[str] = []
        self._sending = asyncio.Lock()
        self._speaking = asyncio.Lock()
        """Held until what the visitor wrote is acknowledged: its answers come after that."""

    def heard(self, stir: Stir) -> None:
        if stir.typist is not None:
            self._typists.append(stir.typist)
        else:
            self._recount = True
        self._said |= stir.said
        self._changed.set()

    def began(self) -> None:
        self._begun = self._said = self._recount = True
        self._changed.set()

    def recount(self) -> None:
        self._recount = True
        self._changed.set()

    async def run(self) -> None:
        """Until the visitor goes away, or for half a day."""
        await self._lobby.enter(self)
        try:
            await self._find_tickets()
            await self._send(await self._welcome())
            works = (self._listen, self._tell, self._ping)
            tasks = [asyncio.create_task(work()) for work in works]
            try:
                done, _ = await asyncio.wait(
                    tasks, return_when=asyncio.FIRST_COMPLETED, timeout=LONGEST_VISIT
                )
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._lobby.leave(self)

    async def _welcome(self) -> dict[str, Any]:
        lines = await self._new_lines()
        self._told = await self._look()
        passes = self._desk.passes
        author = self._visitor.vouched
        return {
            "type": "welcome",
            "token": self._visitor.token,
            "name": None if author is None else author.display_name,
            "messages": lines,
            "bot": self._told["bot"],
            "city": self._desk.city,
            "zone": str(self._desk.zone),
            "standing": self._told,
            "pass": passes.visit(self.conversation),
            "transcript": passes.transcript_link(self.conversation),
        }

    async def _look(self, *, recount: bool = True) -> dict[str, Any]:
        """What the visitor may expect. Without `recount` nothing is asked of the database."""
        desk = self._desk
        if recount:
            self._standing = await desk.conversations.standing(desk.account.id, self.conversation)
            self.waits_in = self._standing.unit if self._standing.status == "waiting" else None
        office = await desk.conversations.office(desk.account.id)
        return standing_view(self._standing, office, await desk.bot_answers())

    async def _find_tickets(self) -> None:
        self._begun = False
        self._lobby.watch(self, await self._desk.tickets(self.conversation))

    async def _new_lines(self) -> list[dict[str, Any]]:
        lines = await self._desk.lines(self.conversation)
        new = [line for line in lines if line.id not in self._shown]
        self._shown.update(line.id for line in new)
        return [self._view(line) for line in new]

    def _view(self, line: Line) -> dict[str, Any]:
        return line_view(line, self._desk.passes)

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            if not self._limits.frame(self.conversation):
                await self._send(refusal(Refused("too-fast", "too many frames")))
                return
            frame = read_frame(received.get("text"))
            if frame is None:
                await self._send(refusal(Refused("unreadable", "that was not readable")))
                continue
            match frame.get("type"):
                case "message" | "leave":
                    async with self._speaking:
                        await self._take(frame)
                case "typing":
                    await self._typing()

    async def _typing(self) -> None:
        if not self._limits.typing(self.conversation):
            return
        name = self._visitor.author().display_name or SOMEBODY
        # Nobody misses it: not worth the connection.
        with contextlib.suppress(Exception):
            desk = self._desk
            await desk.conversations.typing(desk.account.id, self.conversation, name)

    async def _take(self, frame: dict[str, Any]) -> None:
        key = frame.get("key")
        try:
            words = read_words(frame, self.conversation, self._desk.passes)
            self._limits.message(
                self.conversation, self._network, len(words.body), first=not self.tickets
            )
            message_id = await self._desk.receive(self._visitor, words)
        except Refused as error:
            # What only comes too fast is kept by the widget, and sent again in a moment.
            again = {"retry": True} if error.code in _PASSING else {}
            await self._send(refusal(error, key=key, **again))
            return
        except Exception:
            later = Refused("later", "it could not be stored just now; it will be tried again")
            await self._send(refusal(later, key=key, retry=True))
            return
        self._lobby.began(self.conversation)
        await self._find_tickets()
        lines = await self._desk.lines(self.conversation)
        mine = next((line for line in lines if line.id == message_id), None)
        self._shown.add(message_id)
        if mine is not None:
            await self._send({"type": "accepted", "key": key, "message": self._view(mine)})

    async def _tell(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with self._speaking:
                if self._begun:
                    await self._find_tickets()
                if self._said:
                    self._said = False
                    for line in await self._new_lines():
                        await self._send({"type": "message", "message": line})
                typists, self._typists = self._typists, []
                for name in dict.fromkeys(typists):
                    await self._send({"type": "typing", "name": name})
                await self._tell_standing()

    async def _tell_standing(self) -> None:
        recount, self._recount = self._recount, False
        standing = await self._look(recount=recount)
        if standing != self._told:
            self._told = standing
            await self._send({"type": "standing", "standing": standing})

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await self._send({"type": "ping"})
            # The office opens and closes, the assistant comes and goes, without an event.
            self._changed.set()

    async def _send(self, frame: dict[str, Any]) -> None:
        async with self._sending:
            with contextlib.suppress(WebSocketDisconnect):
                # As ASCII: what comes back of a refused frame may be no text at all.
                await self._socket.send_text(json.dumps(frame))

"""The gateway that `sample_connector` speaks to, played on loopback, with its bad days."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels.sandbox.faults import Fault, HangsUp, read_fault

NUMBER = "+18505550100"
CITIZEN = "+18505550142"

Json = dict[str, Any]


class Gateway:
    """One number, one citizen; `fault` takes what the sandbox's control API takes."""

    def __init__(self, api_key: str, webhook_secret: str) -> None:
        self._key = api_key
        self._secret = webhook_secret.encode()
        self.sent: list[Json] = []
        self.received: list[Json] = []
        self.faults: list[Fault] = []

    def app(self) -> HangsUp:
        """Without middleware: it would hide the connection that a fault cuts."""
        paths = {"messages": ["GET", "POST"], "received": ["GET"], "number": ["GET"]}
        return HangsUp(
            routes=[Route(f"/v1/{path}", self._answer, methods=m) for path, m in paths.items()]
        )

    def say(self, text: str) -> Json:
        row = {"id": f"in-{len(self.received) + 1}", "from": CITIZEN, "text": text, "at": _now()}
        self.received.append(row)
        return row

    def hook(self, event: Json) -> tuple[dict[str, str], bytes]:
        """The webhook that tells of `event`: headers and body."""
        body = json.dumps(event).encode()
        return {
            "x-gateway-signature": hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        }, body

    def fault(self, *faults: object) -> None:
        self.faults[:] = map(read_fault, faults)

    async def _answer(self, request: Request) -> Response:
        kind = "write" if request.method == "POST" else "read"
        fault = None
        if self.faults and self.faults[0].on in ("any", kind):
            fault = self.faults.pop(0)
        if fault is None or fault.kind == "drop_after" or fault.kind == "late":
            answer = await self._really(request)
            if fault is None:
                return answer
        if fault.kind == "garbage":
            return PlainTextResponse("<html><body>Over capacity")
        if isinstance(fault.kind, int):
            headers = {"retry-after": "5"} if fault.kind == 429 and not fault.silent else {}
            return PlainTextResponse("It has a bad day.", fault.kind, headers)
        if fault.kind in ("stall", "late"):
            await asyncio.sleep(fault.seconds)
        request.scope["sandbox.transport"].abort()
        await asyncio.sleep(0.01)  # lets the server notice
        return PlainTextResponse("")

    async def _really(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._key:
            return PlainTextResponse("Who are you?", 401)
        if request.url.path.endswith("number"):
            return JSONResponse({"number": NUMBER})
        if request.url.path.endswith("received"):
            ids = ["", *(row["id"] for row in self.received)]
            after = request.query_params["after"]
            return JSONResponse(self.received[ids.index(after) if after in ids else 0 :])
        if request.method == "GET":
            wanted = request.query_params["reference"]
            return JSONResponse([row for row in self.sent if row["reference"] == wanted])
        row = {**await request.json(), "id": f"out-{len(self.sent) + 1}", "at": _now()}
        if row["to"] != CITIZEN:
            return PlainTextResponse("No such number.", 404)
        self.sent.append(row)
        return JSONResponse(row, 201)


def _now() -> str:
    return datetime.now(UTC).isoformat()

"""Faults on demand: what a platform's API does when it has a bad day.

    {"x": {"next": [429, 500, "drop", "drop_after", "garbage", "slow"]}}

Each entry spoils one request, in order. A number is an error answer of that status; `drop`
closes the connection before anything happened, `drop_after` once everything did;
`garbage` is a 200 that is no JSON; `slow` waits first; `stall` waits and then hangs up, and
nothing happened; `late` does everything at once, waits and hangs up: to whoever asked, a
time-out. An entry may be an object: {"kind": "slow", "seconds": 5},
{"kind": 429, "reset_seconds": 2}, {"kind": 429, "silent": true} (no word of when to ask again),
and `"on": "write"`, `"read"` or `"any"`: which requests it waits for. `drop_after` and `late`
wait for a write unless told otherwise, everything else takes the next request. What was spoiled
is counted by kind.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.sandbox.world import World
from channels.sandbox.x import problems

KINDS = ("drop", "drop_after", "garbage", "slow", "stall", "late")
PLATFORMS = ("x", "facebook", "open311")
TRANSPORT = "sandbox.transport"


class UnknownFault(ValueError):
    """The control API was asked for a fault there is not."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One spoiled request."""

    kind: str | int
    on: str
    seconds: float = 10.0
    reset_seconds: int | None = None
    """When a 429 says that it is over; by default in 5 seconds, at Facebook in a minute."""
    silent: bool = False
    """A 429 that does not say when."""


def read_fault(given: object) -> Fault:
    """A fault as the control API names it. Raises UnknownFault."""
    entry: dict[str, Any] = given if isinstance(given, dict) else {"kind": given}
    kind = entry.get("kind")
    if kind not in KINDS and not (isinstance(kind, int) and 400 <= kind <= 599):
        raise UnknownFault(f"{kind!r} is neither a status from 400 to 599 nor one of {KINDS}")
    on = entry.get("on", "write" if kind in ("drop_after", "late") else "any")
    if on not in ("any", "read", "write"):
        raise UnknownFault(f"'on' is 'any', 'read' or 'write', not {on!r}")
    reset = entry.get("reset_seconds")
    return Fault(
        kind=kind,
        on=on,
        seconds=float(entry.get("seconds", 10.0)),
        reset_seconds=None if reset is None else int(reset),
        silent=entry.get("silent") is True,
    )


class Faults:
    """What is still to go wrong, by platform."""

    def __init__(self) -> None:
        self.coming: dict[str, list[Fault]] = {platform: [] for platform in PLATFORMS}
        self.made: dict[str, Counter[str]] = {platform: Counter() for platform in PLATFORMS}
        """How many requests were spoiled, by platform and kind."""

    def take(self, platform: str, method: str) -> Fault | None:
        """The fault this request meets, if any."""
        kind = "read" if method in ("GET", "HEAD") else "write"
        queue = self.coming[platform]
        if queue and queue[0].on in ("any", kind):
            fault = queue.pop(0)
            self.made[platform][str(fault.kind)] += 1
            return fault
        return None

    def forget(self) -> None:
        for queue in self.coming.values():
            queue.clear()


class FaultyApi:
    """Wraps a platform's API and spoils the requests it was told to."""

    def __init__(self, app: ASGIApp, platform: str, faults: Faults, world: World) -> None:
        self._app = app
        self._platform = platform
        self._faults = faults
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http":
            fault = self._faults.take(self._platform, scope["method"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == "late":
            await self._app(scope, receive, _nothing)
            await asyncio.sleep(fault.seconds)
            await _hang_up(scope, send)
        elif fault.kind in ("drop", "stall"):
            await asyncio.sleep(fault.seconds if fault.kind == "stall" else 0)
            await _hang_up(scope, send)
        elif fault.kind == "drop_after":
            await self._app(scope, receive, _nothing)
            await _hang_up(scope, send)
        elif fault.kind == "garbage":
            await HTMLResponse("<html><body>Over capacity")(scope, receive, send)
        else:
            at = int(self._world.clock().timestamp())
            answer = _ERRORS[self._platform](int(fault.kind), fault, at)
            await answer(scope, receive, send)


async def _nothing(message: Message) -> None:
    """A client that is not there."""


async def _hang_up(scope: Scope, send: Send) -> None:
    """Close the connection without a byte, as a crashed server does.

    Without uvicorn's transport (`HangsUp`) the answer breaks off in its middle instead.
    """
    transport = scope.get(TRANSPORT)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)  # lets the server notice, so that it does not answer 500
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


class HangsUp(Starlette):
    """An app that keeps the way to its connection, which its middleware would hide."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's `send` is a method of the object that holds the transport.
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def _x_error(status: int, fault: Fault, at: int) -> Response:
    if status == 429:
        problem = problems.too_many_requests()
    elif status == 401:
        problem = problems.unauthorized()
    elif status < 500:
        problem = problems.forbidden("Forbidden")
    else:
        problem = problems.unavailable(status)
    headers = {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0"}
    headers["x-rate-limit-reset"] = str(
        at + (5 if fault.reset_seconds is None else fault.reset_seconds)
    )
    told = status == 429 and not fault.silent
    return JSONResponse(problem.body, status, headers if told else None)


def _facebook_error(status: int, fault: Fault, at: int) -> Response:
    codes = {
        401: (190, "Error validating access token: The session is invalid.", False),
        403: (200, "(#200) Permissions error", False),
        429: (32, "(#32) Page request limit reached", True),
    }
    code, message, transient = codes.get(status, (2, "Service temporarily unavailable", True))
    if status == 400:
        code, message, transient = 100, "(#100) Invalid parameter", False
    headers = {}
    if code == 32 and not fault.silent:
        seconds = 60 if fault.reset_seconds is None else fault.reset_seconds
        usage = {
            "type": "pages",
            "call_count": 100,
            "total_cputime": 20,
            "total_time": 20,
            # Facebook counts whole minutes; who asks for less has no time to wait.
            "estimated_time_to_regain_access": seconds // 60 or seconds / 60,
        }
        headers["x-business-use-case-usage"] = json.dumps({"104000000000001": [usage]})
    error = {
        "message": message,
        "type": "OAuthException",
        "is_transient": transient,
        "code": code,
        "fbtrace_id": "Asandbox0000000000000",
    }
    return JSONResponse({"error": error}, 400 if status == 429 else status, headers)


def _georeport_error(status: int, fault: Fault, at: int) -> Response:
    return JSONResponse([{"code": status, "description": "The server has a bad day."}], status)


_ERRORS: dict[str, Callable[[int, Fault, int], Response]] = {
    "x": _x_error,
    "facebook": _facebook_error,
    "open311": _georeport_error,
}

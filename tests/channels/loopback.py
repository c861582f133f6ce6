"""A platform's stand-in on loopback: answers what a test scripts, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass(frozen=True)
class Answer:
    """One scripted answer: `value` as JSON, or `text` as it is; `drop` hangs up instead."""

    value: Any = None
    status: int = 200
    text: str | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    wait: float = 0.0


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body))


class Platform:
    """Answers by "METHOD /path": each call takes the next of the list, the last one stays."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.url = ""
        self._script: dict[str, list[Answer]] = {}

    def on(self, where: str, *answers: Answer) -> None:
        self._script[where] = list(answers)

    def called(self, where: str) -> list[Call]:
        return [call for call in self.calls if f"{call.method} {call.path}" == where]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.calls.append(
            Call(request.method, request.path, dict(request.query), request.headers, body)
        )
        script = self._script.get(f"{request.method} {request.path}")
        if not script:
            return web.json_response({"title": "Not Found"}, status=404)
        answer = script.pop(0) if len(script) > 1 else script[0]
        if answer.wait:
            await asyncio.sleep(answer.wait)
        if answer.drop:
            assert request.transport is not None
            request.transport.abort()
        text = json.dumps(answer.value) if answer.text is None else answer.text
        return web.Response(
            text=text, status=answer.status, content_type=answer.media_type, headers=answer.headers
        )


@asynccontextmanager
async def serve(platform: Platform) -> AsyncIterator[Platform]:
    """Serve on a free port of 127.0.0.1; `platform.url` says where."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    platform.url = f"http://{host}:{port}"
    try:
        yield platform
    finally:
        await runner.cleanup()

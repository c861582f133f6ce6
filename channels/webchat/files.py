"""Files a visitor sends and reads: `/chat/files`, and the transcript of their chat.

A file is sent before the message that carries it, which then names it by the handle given here.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels.webchat.desk import Desk
from channels.webchat.language import language_of
from channels.webchat.limits import UPLOAD_SECONDS, UPLOADS_AT_ONCE, Limits, Refused
from channels.webchat.rate import network_of
from channels.webchat.transcript import transcript
from hub.ports import FileRefused
from hub.ports.files import MAX_FILE

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, x-file-name",
    "Access-Control-Max-Age": "86400",
}
_SAVED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_STATUS = {"not-yours": 401, "too-many-files": 429, "file-too-large": 413, "later": 503}
_LONGEST_TRANSCRIPT = 5_000


class ChatFiles:
    def __init__(self, desk: Desk, limits: Limits) -> None:
        self._desk = desk
        self._limits = limits
        self._uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def routes(self) -> list[Route]:
        return [
            Route("/chat/files", self.upload, methods=["POST", "OPTIONS"]),
            Route("/chat/files/{message:int}/{index:int}", self.read, methods=["GET"]),
            Route("/chat/transcript", self.transcript, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """The body is the file; `X-File-Name` its name, percent-encoded."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        try:
            handle = await self._keep(request)
        except Refused as error:
            body = {"code": error.code, "detail": error.detail}
            return JSONResponse(body, _STATUS.get(error.code, 422), _CORS)
        return JSONResponse({"file": handle}, 201, _CORS)

    async def _keep(self, request: Request) -> str:
        """The file's handle. Raises Refused."""
        visit = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        conversation = self._desk.passes.conversation(visit)
        if conversation is None:
            raise Refused("not-yours", "the pass is missing or has ended: open the chat anew")
        network = network_of(request.client.host if request.client else None)
        self._limits.upload(conversation, network)
        name = unquote(request.headers.get("x-file-name", ""), errors="replace")[:200] or None
        try:
            async with asyncio.timeout(UPLOAD_SECONDS), self._uploads:
                content = await _body(request)
                file = await self._desk.files.keep(content, name)
        except TimeoutError:
            raise Refused("later", "the file took too long; please try again") from None
        except ClientDisconnect:
            raise Refused("later", "the file did not come whole; please try again") from None
        except FileRefused as error:
            raise Refused("file-refused", str(error)) from error
        return self._desk.passes.handle(conversation, file)

    async def read(self, request: Request) -> Response:
        message_id, index = request.path_params["message"], request.path_params["index"]
        key = request.query_params.get("key")
        file = self._desk.passes.file_behind(message_id, index, key)
        kept = None if file is None else await self._desk.files.read(file.url)
        if file is None or kept is None:
            return _gone()
        headers = _SAVED | {"Content-Disposition": attachment(file.name or f"file-{message_id}")}
        return Response(kept.content, media_type=kept.media_type, headers=headers)

    async def transcript(self, request: Request) -> Response:
        query = request.query_params
        conversation = self._desk.passes.transcript_behind(query.get("key"))
        if conversation is None:
            return _gone()
        lines = await self._desk.lines(conversation, _LONGEST_TRANSCRIPT)
        now = self._desk.now()
        text = transcript(lines, self._desk.city, self._desk.zone, now, language_of(request))
        day = now.astimezone(self._desk.zone).strftime("%Y-%m-%d")
        headers = _SAVED | {"Content-Disposition": attachment(f"chat-{day}.txt")}
        return PlainTextResponse(text, headers=headers)


async def _body(request: Request) -> bytes:
    """The whole body; no more is read than a file may have. Raises Refused."""
    too_large = Refused("file-too-large", f"a file may have {MAX_FILE // 1024 // 1024} MB")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAX_FILE:
        raise too_large
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_FILE:
            raise too_large
    return bytes(content)


def attachment(name: str) -> str:
    """A Content-Disposition that saves a file (RFC 6266): never shown as a page of ours."""
    # What a browser shows of a name must not turn round or end lines.
    clean = "".join(c if c.isprintable() and c not in '/\\"' else "_" for c in name)[:120]
    plain = clean.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def _gone() -> Response:
    return PlainTextResponse(
        "This link has ended, or never was one. Open the chat again for a new one.\n",
        404,
        headers=_SAVED,
    )

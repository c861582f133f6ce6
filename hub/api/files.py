"""`/messages/{id}/attachments/{index}`: the files that came with messages, as the hub keeps them.

A stranger made them. Their type is what the content is, the browser may not guess another, and
what is opened runs nothing and loads nothing.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Path
from fastapi.responses import Response
from sqlalchemy import LargeBinary, func, select
from starlette.requests import Request

from hub.api.access import Reader, TheHub
from hub.errors import NotFound
from hub.media.content import name_to_save
from hub.media.models import File
from hub.media.store import StoredFile, describe
from hub.ports.files import MEDIA_TYPES
from hub.system import Hub
from hub.team.access import Principal
from hub.tickets.models import Message, Ticket

router = APIRouter(prefix="/messages", tags=["tickets"])

MessageId = Annotated[int, Path(ge=1, lt=2**53)]
Index = Annotated[int, Path(ge=0, lt=1000, description="Counted from 0")]
Asked = Annotated[str | None, Header(max_length=200)]
_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")
_WHY = {
    "linked": "it was not fetched: it is only linked",
    "pending": "it is not fetched yet",
    "refused": "it was not kept",
    "failed": "it could not be fetched",
}
_CONTENT: dict[str, Any] = {
    kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": _CONTENT},
    206: {"description": "The part of it that was asked for", "content": _CONTENT},
    304: {"description": "The reader has it already"},
    416: {"description": "It has no such part"},
}


@router.head("/{message_id}/attachments/{index}", response_class=Response, responses=_ANSWERS)
@router.get("/{message_id}/attachments/{index}", response_class=Response, responses=_ANSWERS)
async def read_attachment(
    request: Request,
    hub: TheHub,
    principal: Reader,
    message_id: MessageId,
    index: Index,
    range_: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Asked = None,
    if_none_match: Asked = None,
) -> Response:
    """A kept file, or one range of its bytes. 404 where there is none (yet), and after its message
    was deleted on the platform."""
    file, name = await _find(hub, principal, message_id, index)
    etag = f'"{file.sha256}"'
    headers = {
        # Asked again each time: who may see the ticket changes, and messages are deleted.
        "Cache-Control": "private, no-cache",
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"inline; {_filename(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and _names(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    part = None
    if range_ is not None and if_range in (None, etag):
        part = _part(range_, file.size)
    if part is not None and part[0] >= part[1]:
        headers["Content-Range"] = f"bytes */{file.size}"
        return Response(status_code=416, headers=headers)
    first, end = part or (0, file.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - first)
    content = b"" if request.method == "HEAD" else await _read(hub, file, first, end)
    return Response(content, 200 if part is None else 206, headers, file.media_type)


async def _find(
    hub: Hub, principal: Principal, message_id: int, index: int
) -> tuple[StoredFile, str]:
    """The file, and the name to save it by. Raises NotFound."""
    missing = NotFound(f"there is no message {message_id}")
    async with hub.database.read() as session:
        message = await session.get(Message, message_id)
        if message is None:
            raise missing
        ticket = await session.get_one(Ticket, message.ticket_id)
        if not principal.sees(ticket.unit, ticket.assignee_id):
            raise missing
        if message.deleted_at is not None:
            raise NotFound("the message was deleted on its platform, and its files with it")
        if index >= len(message.attachments):
            raise NotFound(f"message {message_id} has no attachment {index}")
        attachment = message.attachments[index]
        state = attachment.get("state", "linked")
        if state != "kept":
            raise NotFound(f"the hub does not have this file: {_WHY.get(state, state)}")
        file = await describe(session, attachment["file_id"])
    if file is None:
        raise NotFound("the file was removed")
    otherwise = f"message-{message_id}-{index + 1}"
    return file, name_to_save(attachment.get("name"), file.media_type, otherwise)


async def _read(hub: Hub, file: StoredFile, first: int, end: int) -> bytes:
    """Bytes `first` to before `end`; players ask for many small parts of a long file."""
    part = func.substr(File.content, first + 1, end - first, type_=LargeBinary)
    async with hub.database.read() as session:
        content = await session.scalar(select(part).where(File.id == file.id))
    if content is None:
        raise NotFound("the file was removed")
    return bytes(content)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last of a Range header; nothing between them where
    there is no such part. None where the whole file is the answer: a header that says something
    else, or asks for several parts, may be ignored (RFC 9110, 14.2)."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or (found[1] is None and found[2] is None):
        return None
    if found[1] is None:
        return max(0, size - int(found[2])), size
    first = int(found[1])
    if found[2] is None:
        return first, size
    last = int(found[2])
    return None if last < first else (first, min(last + 1, size))


def _names(if_none_match: str, etag: str) -> bool:
    given = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in given or "*" in given


def _filename(name: str) -> str:
    """The parameters of Content-Disposition for a file's name (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    if plain == name:
        return f'filename="{plain}"'
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

"""What a remote endpoint says about a request we have: its status, its notes, its updates.

Each becomes a message by staff in the request's conversation. It is known by what it says
(`change_id`: request, status and words), since endpoints tell the same change in two places and
have no id for it in one of them. So our own answers that come back are found to be known: they
are stored under the same id. Of a status we pushed the hub stores no message; such a text ends
with a mark made of what it says (`marked`), which nobody else writes.

What follows from it: a request that a city closes, opens and closes again in the same words is
told once for each status.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from datetime import datetime

from channels.open311.filing import MAX_DESCRIPTION, MAX_MEDIA_URL, media, web_address
from channels.open311.pulled import MAX_ID, PREFIX, moment, request_id, text_of
from channels.open311.rows import Row
from hub.ports import Account, Author, Ignored, InboundMessage, Visibility

_MARK = re.compile(r"\s*\[ref ([0-9a-f]{8})\]\s*\Z")
_SAID_BY_DEFAULT = {True: "The city is working on this request.", False: "This request is closed."}
_CLOSED = frozenset({"closed", "fixed", "resolved", "duplicate", "no_further_action"})
"""Words for closed that endpoints use beside the standard's."""


def status_word(status: str | None) -> str:
    """A status as it is compared and shown: lower case, `open` where nothing is said."""
    word = re.sub(r"[\s-]+", "_", (status or "").strip().lower())[:40]
    return word or "open"


def is_closed(status: str | None) -> bool:
    word = status_word(status)
    return word in _CLOSED or word.startswith("not_")


def _digest(remote_id: str, status: str, words: str) -> str:
    same = " ".join(html.unescape(words).split())
    return hashlib.sha256(f"{remote_id}\0{status}\0{same}".encode()).hexdigest()


def change_id(remote_id: str, status: str | None, words: str | None) -> str:
    """The external id of a request having this status and these notes."""
    digest = _digest(remote_id, status_word(status), words or "")
    return f"{PREFIX}{remote_id}:status:{digest[:16]}"


def marked(remote_id: str, *, is_open: bool, notes: str | None) -> str:
    """What we write with a status: the notes and a mark by which we know it again."""
    text = (notes or "").strip() or _SAID_BY_DEFAULT[is_open]
    text = text[: MAX_DESCRIPTION - 20]
    mark = _digest(remote_id, "open" if is_open else "closed", text)[:8]
    return f"{text} [ref {mark}]"


def is_ours(remote_id: str, status: str | None, words: str | None) -> bool:
    """Whether `marked` made these words, for this request and this status."""
    words = html.unescape(words or "")
    if (mark := _MARK.search(words)) is None:
        return False
    told = "closed" if is_closed(status) else "open"
    return _digest(remote_id, told, words[: mark.start()])[:8] == mark[1]


def read_change(row: Row, account: Account, now: datetime) -> InboundMessage | None:
    """What a row of `GET requests` says beyond that the request exists; None where nothing.

    An open request without notes is how every one begins.
    """
    remote_id = request_id(row)
    status, notes = text_of(row, "status"), text_of(row, "status_notes")
    if remote_id is None or len(remote_id) > MAX_ID:
        return None
    if (notes is None and status_word(status) == "open") or is_ours(remote_id, status, notes):
        return None
    at = moment(row, "updated_datetime") or moment(row, "requested_datetime") or now
    return _message(row, account, remote_id, status, notes, at)


def read_update(row: Row, account: Account, now: datetime) -> InboundMessage | Ignored | None:
    """The message of a row of `GET servicerequestupdates`; None where it cannot be one."""
    remote_id = request_id(row)
    if remote_id is None or len(remote_id) > MAX_ID:
        return None
    status, words = text_of(row, "status"), text_of(row, "description")
    if is_ours(remote_id, status, words):
        return Ignored("open311: an update of ours")
    if words is None and status_word(status) == "open" and text_of(row, "media_url") is None:
        return Ignored("open311: an update that says nothing")
    at = moment(row, "updated_datetime") or now
    return _message(row, account, remote_id, status, words, at)


def _message(
    row: Mapping[str, str | None],
    account: Account,
    remote_id: str,
    status: str | None,
    words: str | None,
    at: datetime,
) -> InboundMessage:
    picture = web_address(text_of(row, "media_url") or "") if "update_id" in row else None
    if picture is not None and len(picture) > MAX_MEDIA_URL:
        picture = None
    told = status_word(status).replace("_", " ")
    return InboundMessage(
        external_id=change_id(remote_id, status, words),
        conversation=f"{PREFIX}{remote_id}",
        author=Author("open311", f"account-{account.id}:staff", account.name),
        body=f"{account.name}: {told}. {words}" if words else f"{account.name}: {told}.",
        sent_at=at,
        visibility=Visibility.PUBLIC,
        by_staff=True,
        attachments=(media(picture),) if picture is not None else (),
    )

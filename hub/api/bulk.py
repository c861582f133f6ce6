"""`/tickets/bulk`, `/bulk`: one change to many tickets, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path

from hub.api.access import Agent, TheHub
from hub.api.bulk_schemas import BulkRequest, BulkView, CountRequest, MatchedView, UndoView
from hub.api.idempotency import IdempotentRoute
from hub.errors import Invalid
from hub.system import Hub
from hub.tickets.bulk.bulk import Bulk, Refusal

router = APIRouter(tags=["bulk"], route_class=IdempotentRoute)


def _bulk(hub: Hub) -> Bulk:
    return Bulk(hub.database, hub.directory, hub.search, hub.now)


def _refused(refusals: Sequence[Refusal]) -> list[dict[str, Any]]:
    return [asdict(refusal) for refusal in refusals]


@router.post("/tickets/bulk", response_model=BulkView)
async def change_many(hub: TheHub, principal: Agent, wanted: BulkRequest) -> dict[str, Any]:
    """Change up to 500 tickets, each by itself: one that is refused stops no other.

    Nothing is sent to customers. It can be taken back for 15 minutes.
    """
    if (wanted.ids is None) == (wanted.filter is None):
        raise Invalid.field("ids", "give either ids or a filter")
    bulk, change = _bulk(hub), wanted.change.to_wanted()
    if wanted.filter is not None:
        outcome = await bulk.change_found(wanted.filter.to_queue(), change, principal)
    else:
        outcome = await bulk.change(wanted.ids or [], change, principal)
    return {
        "id": outcome.id,
        "matched": outcome.matched,
        "changed": outcome.changed,
        "refused": _refused(outcome.refused),
        "undo_until": outcome.undo_until,
    }


@router.post("/tickets/bulk/count", response_model=MatchedView)
async def count_many(hub: TheHub, principal: Agent, wanted: CountRequest) -> dict[str, Any]:
    """How many tickets a filter finds."""
    return {"matched": await _bulk(hub).count(wanted.filter.to_queue(), principal)}


@router.post("/bulk/{bulk_id}/undo", response_model=UndoView)
async def undo(
    hub: TheHub, principal: Agent, bulk_id: Annotated[int, Path(ge=1, lt=2**53)]
) -> dict[str, Any]:
    """Take it back on the tickets that nobody has changed since: whoever did it, or a
    supervisor."""
    restored, refused = await _bulk(hub).undo(bulk_id, principal)
    return {"restored": restored, "refused": _refused(refused)}

"""`/reports/live`: how things stand right now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from hub.api.access import Supervisor, TheHub
from hub.api.live_schemas import LiveReport
from hub.api.schemas import Asked
from hub.errors import Invalid

router = APIRouter(tags=["reports"])


@router.get("/reports/live", response_model=LiveReport)
async def read_live_report(
    hub: TheHub,
    principal: Supervisor,
    unit: Annotated[Asked | None, Query(max_length=60)] = None,
) -> Response:
    """What is open, waits, falls due and was missed right now, of all units or one.

    It is computed at most once a second for all who ask; an answer never is older than its
    request.
    """
    if unit is not None and unit not in (await hub.directory.get()).units:
        raise Invalid.field("unit", f"there is no unit {unit!r}")
    made = await hub.live.get(unit)
    if made.body is None:
        made.body = LiveReport.model_validate(made.report).model_dump_json().encode()
    return Response(made.body, media_type="application/json")

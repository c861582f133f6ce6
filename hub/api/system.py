"""`/system`: how the hub itself fares."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import func, select

from hub.api.access import Reader, TheHub
from hub.api.system_schemas import SystemView
from hub.intake.models import RawBody
from hub.parts import parts_view

router = APIRouter(tags=["system"])


@router.get("/system", response_model=SystemView)
async def read_system(hub: TheHub, principal: Reader) -> dict[str, Any]:
    """Each part's state, and whether the platforms are the sandbox's."""
    directory = await hub.directory.get()
    async with hub.database.read() as session:
        unreadable = await session.scalar(
            select(func.count()).select_from(RawBody).where(RawBody.state == "unreadable")
        )
    return {
        "parts": parts_view(await hub.health()),
        "sandbox": any(account.sandbox for account in directory.accounts.values()),
        "unreadable": unreadable or 0,
    }

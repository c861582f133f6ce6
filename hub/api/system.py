"""`/system`, `/articles`: how the hub itself fares, and what it can say."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import func, select

from hub.api.access import Reader, TheHub
from hub.api.schemas import Asked
from hub.api.system_schemas import ArticlePage, SystemView
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


@router.get("/articles", response_model=ArticlePage)
async def search_articles(
    hub: TheHub,
    principal: Reader,
    q: Annotated[Asked, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> dict[str, Any]:
    """The published articles that fit a question best; all of them without one."""
    found = await hub.rooms.suggest(q, limit)
    return {
        "items": [
            {
                "slug": article.slug,
                "title": article.title,
                "unit": article.unit,
                "confidence": article.confidence.value,
                "answer": article.answer,
            }
            for article in found
        ]
    }

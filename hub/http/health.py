"""`/healthz` and `/metrics`."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.ports import PartState
from hub.system import Hub


def health_routes(hub: Hub) -> list[Route]:
    async def healthz(request: Request) -> Response:
        """200 as soon as inquiries are taken; 503 only without the database."""
        parts = await hub.health()
        database = parts[0].state is PartState.UP
        worst = "ok" if all(part.state is PartState.UP for part in parts) else "degraded"
        body = {
            "status": worst if database else "down",
            "parts": {p.name: {"state": p.state.value, "detail": p.detail} for p in parts},
        }
        return JSONResponse(body, 200 if database else 503)

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/metrics", metrics)]

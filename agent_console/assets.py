"""The built browser code: found in the package `switchboard_web`, served with its hash."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

PACKAGE = "switchboard_web"


class ConsoleNotBuilt(RuntimeError):
    """The package of built browser code is not installed: `./dev run` builds it."""


def folder() -> Path:
    """Where the built files are. Raises ConsoleNotBuilt."""
    try:
        return Path(str(files(PACKAGE)))
    except ModuleNotFoundError as error:
        raise ConsoleNotBuilt("the console is not built: install the project again") from error


@cache
def _digest(name: str, modified: int) -> str:
    return hashlib.sha256((folder() / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a built file, with its hash, so that browsers may keep it for good."""
    return f"/console/assets/{name}?v={_digest(name, (folder() / name).stat().st_mtime_ns)}"


class Assets(StaticFiles):
    """The built files; one asked for by its hash never changes."""

    def __init__(self) -> None:
        super().__init__(directory=folder())

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        scope = args[2] if len(args) > 2 else kwargs["scope"]
        versioned = b"v=" in scope["query_string"]  # type: ignore[index]
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if versioned else "no-cache"
        )
        return response


async def widget(request: Request) -> Response:
    """`/widget.js`: embedded by other sites' pages, asked for anew every five minutes."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "ETag": f'"{_digest("widget.js", (folder() / "widget.js").stat().st_mtime_ns)}"',
    }
    known = request.headers.get("if-none-match", "").split(",")
    # A proxy that compresses makes a strong tag a weak one.
    if headers["ETag"] in (tag.strip().removeprefix("W/") for tag in known):
        return Response(status_code=304, headers=headers)
    return FileResponse(folder() / "widget.js", media_type="text/javascript", headers=headers)

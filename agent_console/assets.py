"""The built browser code: found in the package `switchboard_web`, served with its hash."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PACKAGE = "switchboard_web"
_BUILD = re.compile(r"v-[0-9a-f]{12}")


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


def build() -> str:
    """What tells this build's files from every other's: a folder of their addresses, so that a
    file that loads another gets the one it was built with."""
    return "v-" + _all_of(max(path.stat().st_mtime_ns for path in folder().iterdir()))


@cache
def _all_of(modified: int) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder().iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a built file, with its build, so that browsers may keep it for good."""
    return f"/console/assets/{build()}/{name}"


class Assets(StaticFiles):
    """The built files; what is asked for by its build never changes."""

    def __init__(self) -> None:
        super().__init__(directory=folder())

    def get_path(self, scope: Scope) -> str:
        """A page that was opened before an update asks for the old build: it gets the new one."""
        first, _, rest = super().get_path(scope).partition("/")
        return rest if _BUILD.fullmatch(first) else first if not rest else f"{first}/{rest}"

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        scope = args[2] if len(args) > 2 else kwargs["scope"]
        versioned = f"/{build()}/" in scope["path"]  # type: ignore[index]
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

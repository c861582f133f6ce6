"""A database that is going or coming is told as away, never as a mistake of ours."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from hub.http.problem import HANDLERS


def wrapped(error: Exception) -> DBAPIError:
    """As SQLAlchemy's asyncpg dialect wraps what it cannot tell apart."""
    drivers = Exception(str(error))
    drivers.__cause__ = error
    return DBAPIError("SELECT 1", {}, drivers)


def answered(error: Exception) -> int:
    async def fail(request: Request) -> None:
        raise error

    app = Starlette(routes=[Route("/", fail)], exception_handlers=dict(HANDLERS))
    return TestClient(app, raise_server_exceptions=False).get("/").status_code


@pytest.mark.parametrize(
    "error",
    [
        wrapped(asyncpg.CannotConnectNowError("the database system is starting up")),
        wrapped(asyncpg.AdminShutdownError("terminating connection")),
        asyncpg.CrashShutdownError("terminating connection"),
        OperationalError("SELECT 1", {}, Exception("database is locked")),
        ConnectionRefusedError("nobody there"),
    ],
)
def test_away(error: Exception) -> None:
    assert answered(error) == 503


def test_another_mistake_stays_one() -> None:
    assert answered(wrapped(asyncpg.UndefinedTableError("no such table"))) == 500

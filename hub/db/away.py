"""The errors by which a database says that it is away or busy, not that anything was wrong."""

from __future__ import annotations

import sqlite3

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLAlchemy's, and the drivers' own where intake speaks to them directly.
AWAY: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    PoolTimeout,  # every connection is in use
    sqlite3.OperationalError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it is being shut down, or is starting
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # a deadlock, of which this was the victim
    asyncpg.ObjectNotInPrerequisiteStateError,  # it takes no connections
    asyncpg.InterfaceError,  # the connection is gone
)

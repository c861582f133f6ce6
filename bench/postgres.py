"""A throw-away PostgreSQL server that is durable, as one in production is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.servers import ServerFailed, ServerMissing
from tests.servers import postgresql as forgetful

# The tests' server forgets everything in a power cut; of two settings the last one counts.
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "128MB",
}


class NoPostgresql(Exception):
    """There are no server programs on this machine, or none that start."""


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a database of its own; gone with the block. Raises NoPostgresql."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(forgetful())
            server.stop()
            for name, value in _DURABLE.items():
                server.command += ["-c", f"{name}={value}"]
            server.start()
            url = server.create("bench")
        except (ServerFailed, ServerMissing) as error:
            raise NoPostgresql(str(error)) from error
        yield url

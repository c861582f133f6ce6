"""`python -m components.launch ARGS…` is `rasa ARGS…` that ends when its parent does.

The parent holds the other end of standard input. When that closes, however the parent
ended, this process ends too: no Rasa is left behind with a port in its hands.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import Any

TOKEN_VARIABLE = "SWITCHBOARD_RASA_TOKEN"
"""Holds what `rasa run --auth-token` needs, where process listings do not show it."""

GRACE = 5.0
"""Seconds between asking the server to end and ending it."""


def watch_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def load_models_in_a_thread() -> None:
    """Let `PUT /model` read the new model beside the requests: it takes seconds, in which Rasa
    would answer nobody."""
    from rasa import server

    load = server._load_agent

    async def in_a_thread(*args: Any, **more: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: asyncio.run(load(*args, **more)))

    server._load_agent = in_a_thread


def main() -> None:
    threading.Thread(target=watch_parent, name="parent", daemon=True).start()
    token = os.environ.pop(TOKEN_VARIABLE, None)
    sys.argv = ["rasa", *sys.argv[1:]]
    if token:
        sys.argv += ["--auth-token", token]
    # Imported last: it takes seconds, and the parent may end meanwhile.
    from rasa.__main__ import main as rasa

    if "run" in sys.argv[1:2]:
        load_models_in_a_thread()
    rasa()


if __name__ == "__main__":
    main()

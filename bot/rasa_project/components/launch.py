"""`python -m components.launch ARGS…` is `rasa ARGS…` that ends when its parent does.

The parent holds the other end of standard input. When that closes, however the parent
ended, this process ends too: no Rasa is left behind with a port in its hands.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

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


def main() -> None:
    threading.Thread(target=watch_parent, name="parent", daemon=True).start()
    token = os.environ.pop(TOKEN_VARIABLE, None)
    sys.argv = ["rasa", *sys.argv[1:]]
    if token:
        sys.argv += ["--auth-token", token]
    # Imported last: it takes seconds, and the parent may end meanwhile.
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()

"""`python -m channels.sandbox`: serve the sandbox on a loopback address."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import threading
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from channels.sandbox.app import create_app
from channels.sandbox.config import SandboxConfig, SandboxMisconfigured


class Server(uvicorn.Server):
    """Tells the app that it will end: an open page would otherwise hold that up."""

    def __init__(self, app: Starlette, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.hang_up()
        super().handle_exit(sig, frame)

    def hang_up(self) -> None:
        if self.started:
            self._app.state.leave()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m channels.sandbox",
        description="Local servers that speak the platforms' wire formats, for trying the hub. "
        "Secrets and addresses come from SANDBOX_… variables.",
    )
    parser.add_argument("--host", help="a loopback address (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="default 8311")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end when standard input does: with whoever started it, however they end",
    )
    wanted = parser.parse_args()
    try:
        config = SandboxConfig.from_env(host=wanted.host, port=wanted.port)
    except SandboxMisconfigured as error:
        print(f"sandbox: {error}", file=sys.stderr)  # noqa: T201  # a command line's answer
        return 2
    app = create_app(config)
    server = Server(
        app,
        uvicorn.Config(
            app,
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        ),
    )
    if wanted.until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    return 0


def _watch_stdin(server: Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.hang_up()
    server.should_exit = True


if __name__ == "__main__":
    raise SystemExit(main())

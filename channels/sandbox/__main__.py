"""`python -m channels.sandbox`: serve the sandbox on a loopback address."""

from __future__ import annotations

import argparse
import os
import sys
import threading

import uvicorn

from channels.sandbox.app import create_app
from channels.sandbox.config import SandboxConfig, SandboxMisconfigured


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
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(config),
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            # A page that listens for news would otherwise hold the shutdown up.
            timeout_graceful_shutdown=1,
        )
    )
    if wanted.until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
    server.run()
    return 0


def _watch_stdin(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True


if __name__ == "__main__":
    raise SystemExit(main())

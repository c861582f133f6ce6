"""`hub run`, `hub serve`, `hub worker`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from hub.cli.shared import (
    Data,
    Port,
    execute,
    free_port,
    say,
    settings_with,
    until_stopped,
)

SANDBOX_PORT = 8311


def run(
    data: Data = None,
    port: Port = None,
    sandbox: Annotated[bool, typer.Option(help="Play the platforms without credentials.")] = True,
    empty: Annotated[bool, typer.Option("--empty", help="Send no sample inquiries.")] = False,
    bot: Annotated[bool, typer.Option(help="Install, train and run Rasa.")] = True,
) -> None:
    """The whole demonstration: hub, worker, Rasa and sandbox on this machine."""
    from hub.run import run as run_everything
    from hub.serve import configure_logging

    sandbox_port = free_port(SANDBOX_PORT) if sandbox else None
    url = f"http://127.0.0.1:{sandbox_port}" if sandbox_port else None
    settings = settings_with(
        data=data,
        port=port,
        demo=True,
        bot="managed" if bot else "off",
        sandbox_url=url,
        rasa_port=free_port(5005),
    )
    configure_logging(settings, level=30)
    execute(lambda: run_everything(settings, sandbox_port=sandbox_port, samples=not empty, say=say))


def serve(data: Data = None, port: Port = None) -> None:
    """Serve the hub as the HUB_ settings say."""
    from hub.app import build_hub, create_app
    from hub.seed import refuse_exposed_demo
    from hub.serve import bind, configure_logging, server_of

    settings = settings_with(data=data, port=port)
    configure_logging(settings)

    async def main() -> None:
        refuse_exposed_demo(settings)
        with closing(bind(settings.host, settings.port)) as listener:
            hub = build_hub(settings, progress=say)
            await server_of(create_app(hub), settings).serve(sockets=[listener])

    execute(main)


def worker(data: Data = None) -> None:
    """Run a worker beside `hub serve` (HUB_EMBEDDED_WORKER=false there)."""
    from hub.app import build_hub
    from hub.serve import configure_logging
    from hub.worker import Worker

    settings = settings_with(data=data)
    configure_logging(settings)

    async def main() -> None:
        hub = build_hub(settings, progress=say)
        await hub.start()
        worker = Worker(hub)
        worker.start()
        say("The worker runs.")
        await until_stopped()
        await worker.aclose()
        await hub.aclose()

    execute(main)

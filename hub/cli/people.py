"""`hub token` and `hub agent`: who may come in."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.shared import Data, execute, fail, quiet_hub, say, settings_with

tokens = typer.Typer(no_args_is_help=True, help="API tokens.")
agents = typer.Typer(no_args_is_help=True, help="The people who work in the console.")


@tokens.command("create")
def create_token(
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    unit: Annotated[list[str] | None, typer.Option(help="Only these units (agents).")] = None,
    data: Data = None,
) -> None:
    """Make a token and print it, alone, on standard output."""
    from hub.team.models import Role
    from hub.team.tokens import UnknownUnit
    from hub.team.tokens import create_token as create

    try:
        wanted = Role(role)
    except ValueError as error:
        raise fail(f"--role must be one of {', '.join(Role)}, not {role!r}") from error

    async def main() -> None:
        async with quiet_hub(settings_with(data=data)) as hub:
            directory = await hub.directory.get()
            try:
                token = await create(hub.database, hub.now, directory, wanted, name, unit or ())
            except UnknownUnit as error:
                raise fail(str(error)) from error
            print(token)  # noqa: T201

    execute(main)


@agents.command("create")
def create_agent(
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
    name: Annotated[str, typer.Option(help="As customers and colleagues read it.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    unit: Annotated[list[str] | None, typer.Option(help="A unit they work in.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="What they speak beside English: es.")
    ] = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
    data: Data = None,
) -> None:
    """Let a person into the console; the password is asked for."""
    from hub.errors import HubError
    from hub.team.agents import add_agent

    async def main() -> None:
        async with quiet_hub(settings_with(data=data)) as hub:
            try:
                await add_agent(
                    hub.database, hub.now, email=email, name=name, role=role,
                    units=unit or (), password=password, languages=language or (),
                )  # fmt: skip
            except HubError as error:
                raise fail(error.detail) from error
            say(f"{name} can sign in as {email}.")

    execute(main)

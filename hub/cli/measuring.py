"""`hub bot evaluate`, `benchmark` and `say`: how good the bot is, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.bot import with_rasa
from hub.cli.shared import Data, execute, fail, free_port, say, settings_with

TURN_TIMEOUT = 20.0
"""Seconds for a measured turn: on a busy machine a slow answer is slow, and not away."""


def evaluate_bot(
    file: Annotated[Path, typer.Argument(help="Labelled messages, one JSON object a line.")],
    data: Data = None,
) -> None:
    """Measure the bot on labelled messages, each the first of a conversation.

    Lines are {"text", "slug", "emergency", "lang", "also"}. What is counted, and how, is in
    docs/bot-evaluation.md. Needs no running hub: installs, trains and starts Rasa itself.
    """
    from bot.evaluation import OUT_OF_SCOPE, BadLine, evaluate, read_lines
    from bot.responder import RasaResponder
    from bot.trial import run_trial, topics_of
    from hub.triage.masking import masked
    from kb.catalogue import Catalogue

    try:
        lines = read_lines(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        say(f"hub: {file}: {error}")
        raise typer.Exit(2) from error
    except BadLine as error:
        say(f"hub: {file}:{error.number}: {error.reason}")
        raise typer.Exit(2) from error
    catalogue = Catalogue.load()

    async def measure(runtime: Any) -> None:
        topics = await topics_of(catalogue)
        for slug in sorted({line.slug for line in lines} - {OUT_OF_SCOPE, *topics.known}):
            say(f"hub: {file}: there is no article {slug}: nothing can be right for it")
        responder = RasaResponder(catalogue, lambda: runtime.base_url, timeout=TURN_TIMEOUT)
        try:
            said = await run_trial(
                responder, lines, masked=masked, progress=lambda done: say(f"bot: {done}")
            )
        finally:
            await responder.aclose()
        away = sum(one.reason == "bot-unavailable" for one in said)
        if away:
            say(f"hub: the bot did not answer {away} of {len(said)} messages")
        result = evaluate(lines, said, topics)
        print(json.dumps(result, ensure_ascii=False))  # noqa: T201

    with_rasa(data, free_port(0), "127.0.0.1", measure)


def benchmark_bot(
    sets: Annotated[
        Path | None,
        typer.Option(help="Folder of banking77/ and clinc150/; default: ../shared/data."),
    ] = None,
    data: Data = None,
) -> None:
    """Measure the bot's encoders and classifier on Banking77 and CLINC150.

    One JSON object on standard output; progress, and a table with the published figures beside
    ours, on standard error.
    """
    from bot.benchmark import BenchmarkFailed, benchmark, missing, table
    from bot.environment import EnvironmentFailed, ensure_environment
    from hub.app import ROOT

    settings = settings_with(data=data)
    folder = (sets or ROOT / ".." / "shared" / "data").resolve()
    if absent := missing(folder):
        say(f"hub: the data sets are missing: {', '.join(str(path) for path in absent)}")
        say("hub: name the folder of banking77/ and clinc150/ with --sets")
        raise typer.Exit(2)

    def tell(line: str) -> None:
        say(f"bot: {line}")

    async def main() -> None:
        try:
            uv = ROOT / ".uv" / "bin" / "uv"
            python = await ensure_environment(ROOT, uv, tell)
            vectors = settings.data.absolute() / "benchmark"
            result = await benchmark(python, folder, vectors, tell)
        except (EnvironmentFailed, BenchmarkFailed) as error:
            raise fail(str(error)) from error
        say(table(result))
        print(json.dumps(result))  # noqa: T201

    execute(main)


def say_to_bot(
    text: Annotated[str, typer.Argument(help="A customer's first message.")],
    public: Annotated[bool, typer.Option(help="As a public message.")] = False,
    data: Data = None,
) -> None:
    """What the bot decides on a message, as JSON."""
    from dataclasses import asdict

    from bot.responder import RasaResponder
    from bot.trial import decide, first_turn
    from hub.ports import Visibility
    from hub.triage.masking import masked
    from kb.catalogue import Catalogue

    catalogue = Catalogue.load()
    visibility = Visibility.PUBLIC if public else Visibility.PRIVATE

    async def show(runtime: Any) -> None:
        responder = RasaResponder(catalogue, lambda: runtime.base_url, timeout=TURN_TIMEOUT)
        turn = first_turn(masked(text), visibility=visibility)
        try:
            emergency, decision = await decide(responder, turn, text)
        finally:
            await responder.aclose()
        shown: dict[str, Any] = {"language": turn.language}
        if decision is None:
            shown |= {"decision": "emergency rule", "article": emergency}
        else:
            shown |= {"decision": type(decision).__name__} | asdict(decision)
        print(json.dumps(shown, ensure_ascii=False, indent=2))  # noqa: T201

    with_rasa(data, free_port(0), "127.0.0.1", show)

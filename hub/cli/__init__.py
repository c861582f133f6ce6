"""The `hub` command: one module a noun."""

from __future__ import annotations

import typer

from hub.cli import bench, bot, database, measuring, people, reports, serving

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Switchboard: a city's inquiries in one queue.",
)
for command in (serving.run, serving.serve, serving.worker):
    app.command()(command)
for command in (database.migrate, database.seed, database.replay):
    app.command()(command)
bot.app.command("evaluate")(measuring.evaluate_bot)
bot.app.command("benchmark")(measuring.benchmark_bot)
bot.app.command("say")(measuring.say_to_bot)
app.add_typer(people.tokens, name="token")
app.add_typer(people.agents, name="agent")
app.add_typer(bot.app, name="bot")
app.add_typer(reports.app, name="reports")
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    bench.bench
)

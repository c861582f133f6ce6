"""The job that asks, by its kind, as the settings want it."""

from __future__ import annotations

from datetime import timedelta

from hub.jobs.queue import Handler
from hub.surveys.asking import KIND
from hub.surveys.question import Questions
from hub.system import Hub


def survey_jobs(hub: Hub) -> dict[str, Handler]:
    questions = Questions(
        hub.database,
        hub.directory,
        hub.now,
        asks=hub.settings.surveys,
        rest=timedelta(days=hub.settings.survey_pause_days),
        origin=hub.settings.origin,
        city=hub.settings.city,
    )
    return {KIND: questions}

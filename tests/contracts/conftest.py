"""A stage is built once and emptied before each test that plays on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest

from hub.ports import Connector
from tests.contracts.stages import STAGES, Scene, Stage


@pytest.fixture(scope="session")
def standing_stages() -> Iterator[Callable[[Stage], Scene]]:
    built: dict[str, Callable[[], Scene]] = {}
    with ExitStack() as stack:

        def scene_of(stage: Stage) -> Scene:
            if stage.name not in built:
                built[stage.name] = stack.enter_context(stage.play())
            return built[stage.name]()

        yield scene_of


@pytest.fixture(params=STAGES, ids=str)
def stage(request: pytest.FixtureRequest) -> Stage:
    found: Stage = request.param
    return found


@pytest.fixture
def scene(stage: Stage, standing_stages: Callable[[Stage], Scene]) -> Scene:
    """The stage's platform, where nothing was said yet."""
    return standing_stages(stage)


@pytest.fixture
async def connector(stage: Stage, scene: Scene) -> AsyncIterator[Connector]:
    made = stage.connector(scene.account)
    yield made
    await made.aclose()

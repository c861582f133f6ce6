"""A site of its own for every test that asks; tables share one a module."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fixtures import Databases
from tests.hub.api.site import Site, open_site


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """SQLite, where a test does not ask for both by `indirect`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def house_url(databases: Databases) -> Iterator[str]:
    with databases.prepared("sqlite") as url:
        yield url


@pytest.fixture(scope="module")
async def house(house_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One site for all tests of a module, which must not mind each other."""
    async with open_site(house_url, tmp_path_factory.mktemp("house")) as found:
        yield found

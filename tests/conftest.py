"""What every test shares: asyncio as the one backend, and the recorded material's place."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.fixtures"]

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded payloads and real requests that lies beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no recorded material: {SHARED} is missing")
    return SHARED

"""The pages say what is there: links, commands, folders, tables, and nobody's registry."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from hub.db.schema import metadata

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_MADE = re.compile(r"\..*|node_modules|web_dist|__pycache__|data|generated|.*\.egg-info")
_DEV_COMMAND = re.compile(r"\./dev ([a-z][a-z-]*)")
_PACKAGES = ("hub", "channels", "bot", "kb", "agent_console")


def ours(*patterns: str) -> list[Path]:
    """The project's own files of these names, without what is built, fetched or kept there."""
    return [path for path in _tree() if any(fnmatch(path.name, each) for each in patterns)]


@cache
def _tree() -> tuple[Path, ...]:
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or not _MADE.fullmatch(name)]
        found += [Path(folder, name) for name in files]
    return tuple(sorted(found))


@cache
def pages() -> list[Path]:
    """Pages about the project; articles are content."""
    return [page for page in ours("*.md") if ROOT / "kb" / "articles" not in page.parents]


def prose(page: Path) -> str:
    """A page without its code."""
    return _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as repository viewers make them."""
    titles = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links() -> Iterator[tuple[Path, str]]:
    for page in pages():
        for target in _LINK.findall(prose(page)):
            if not re.match(r"[a-z][a-z+.-]*:", target):
                yield page, target


def first_cells(page: Path, header: str) -> list[str]:
    """The first column of the table whose header row begins with `| header |`."""
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {header} |"):
            break
    next(lines)  # the row of dashes
    cells = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells.append(line.split("|")[1].strip())
    assert cells, f"{page.name} has no table headed {header!r}"
    return cells


def readme_folders() -> set[str]:
    return {
        name.strip("/")
        for cell in first_cells(README, "folder")
        for name in re.findall(r"`([^`]+)`", cell)
    }


def test_relative_links_lead_somewhere() -> None:
    broken = []
    for page, target in links():
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists():
            broken.append(f"{page.relative_to(ROOT)}: {target} is not there")
        elif not found.is_relative_to(ROOT):
            broken.append(f"{page.relative_to(ROOT)}: {target} leads out of the project")
        elif anchor and found.suffix == ".md" and anchor not in anchors(found):
            broken.append(f"{page.relative_to(ROOT)}: {target} names no heading")
    assert not broken, "\n".join(broken)


def test_dev_commands_that_the_pages_name_exist() -> None:
    usage = subprocess.run(
        [str(ROOT / "dev"), "help"], capture_output=True, check=True, text=True
    ).stdout
    known = set(_DEV_COMMAND.findall(usage))
    assert {"run", "test", "bench", "fmt", "hub"} <= known
    named = {
        (page.name, command)
        for page in (README, ROOT / "CONTRIBUTING.md")
        for command in _DEV_COMMAND.findall(page.read_text(encoding="utf-8"))
    }
    assert ("README.md", "run") in named
    assert not {(page, command) for page, command in named if command not in known}


def test_hub_commands_that_the_readme_names_exist() -> None:
    from typer.main import get_command

    from hub.cli import app

    known = set(getattr(get_command(app), "commands", {}))
    named = set(re.findall(r"`hub ([a-z]+)", README.read_text(encoding="utf-8")))
    assert named
    assert named <= known


def test_run_options_that_the_readme_names_exist() -> None:
    from typer.main import get_command

    from hub.cli import app

    run = getattr(get_command(app), "commands")["run"]  # noqa: B009 - click's type has it not
    known = {name for option in run.params for name in (*option.opts, *option.secondary_opts)}
    text = README.read_text(encoding="utf-8")
    paragraph = text[text.index("`./dev run` takes") :].split("\n\n")[0]
    named = set(re.findall(r"`(--[a-z-]+)", paragraph))
    assert named
    assert named <= known


def test_the_map_of_folders_is_the_tree() -> None:
    folders = readme_folders()
    assert not {name for name in folders if not (ROOT / name).is_dir()}
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for path in ours("__init__.py")
        if path.parent.parent == ROOT
    }
    assert set(_PACKAGES) <= packages
    assert not packages - folders


def test_the_installed_packages_are_in_the_map() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(wheel) <= readme_folders()


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_decision_records_have_their_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    number = record.name[:4]
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", record.name)
    assert text.startswith(f"# {number} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert len(text.splitlines()) <= 80, "a record is one page"


def test_decision_records_are_numbered_one_after_another() -> None:
    numbers = [int(record.name[:4]) for record in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_decision_records_that_the_code_names_exist() -> None:
    known = {record.name for record in DECISIONS}
    for path in ours("*.py"):
        named = re.findall(r"docs/decisions/([\w-]+\.md)", path.read_text(encoding="utf-8"))
        assert set(named) <= known, path


def test_architecture_names_every_table() -> None:
    glossary = " ".join(first_cells(ROOT / "docs" / "architecture.md", "table"))
    named = set(re.findall(r"`(\w+)`", glossary))
    assert named == set(metadata.tables)


def test_architecture_names_every_delivery_state() -> None:
    from hub.delivery.models import DeliveryState

    states = {cell.strip("`") for cell in first_cells(ROOT / "docs" / "architecture.md", "state")}
    assert states == {state.value for state in DeliveryState}


def test_connectors_page_is_the_registry() -> None:
    from channels.registry import CONNECTORS

    text = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    kinds = re.findall(
        r"`([\w-]+)`", " ".join(first_cells(ROOT / "docs" / "connectors.md", "kind"))
    )
    assert set(kinds) == set(CONNECTORS)
    assert not [path for path in CONNECTORS.values() if path not in text]


def test_screenshots_are_small_and_shown() -> None:
    shown = {(page.parent / target).resolve() for page, target in links()}
    found = [path for path in (ROOT / "docs" / "screenshots").iterdir() if path.is_file()]
    assert found
    for path in found:
        assert path.stat().st_size < 250_000, path.name
        assert path in shown, f"no page shows {path.name}"


def test_nobody_names_a_registry() -> None:
    # Put together here, so that this file does not name one either.
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "registry.npm" + "js.org",
        "registry.yarn" + "pkg.com",
    ]
    kinds = ("*.md", "*.py", "*.toml", "*.txt", "*.in", "*.json", "*.yml", "*.yaml", "*.mjs",
             "*.ts", "*.svelte", "*.html", "dev", "Dockerfile", ".npmrc", "run")  # fmt: skip
    found = []
    for path in ours(*kinds):
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
    assert not found, "\n".join(found)

"""docs/connectors.md says what is there: protocols, items, errors, the sample, the checklists."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import get_args

import pytest

import hub.ports
from channels import registry
from hub.ports import (
    ChannelKind,
    Connector,
    ConnectorError,
    ControlsThreads,
    FindsDeleted,
    FindsSent,
    HidesMessages,
    InboundItem,
    Metered,
    Polls,
    ReceivesWebhooks,
    RenewsAccess,
    RoutesWebhooks,
    TakesStatus,
)
from tests.contracts import sample_connector
from tests.contracts.stages import SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
COLUMNS = {
    "X": ["x"],
    "Facebook": ["facebook"],
    "Open311": ["open311"],
    "web chat, form": ["webchat", "webform"],
    "phone, walk-in": ["phone", "walk-in"],
}
ROWS: dict[str, type] = {
    "conformance suite": Connector,
    "webhooks: handshake, signature, events": ReceivesWebhooks,
    "one webhook address for several accounts": RoutesWebhooks,
    "polling, overlapping, with a saved cursor": Polls,
    "deletions found without webhooks": FindsDeleted,
    "look-up before a resend": FindsSent,
    "rate budget shared by workers": Metered,
    "access renewed without a person": RenewsAccess,
    "hiding what others wrote": HidesMessages,
    "thread control": ControlsThreads,
    "status pushed": TakesStatus,
}
"""What of the checklist the code itself says."""


def table(header: str) -> list[list[str]]:
    """The cells of the table whose first column is headed so, without its header."""
    lines = PAGE[PAGE.index(f"\n| {header} |") + 1 :].splitlines()
    rows = [line.strip("|").split("|") for line in lines[: lines.index("")]]
    return [[cell.strip() for cell in row] for row in (rows[0], *rows[2:])]


def named(header: str) -> set[str]:
    return {cell for row in table(header)[1:] for cell in re.findall(r"`(\w+)`", row[0])}


def test_every_protocol_is_in_the_table_with_its_members() -> None:
    protocols = {
        name: found
        for name in hub.ports.__all__
        if getattr(found := getattr(hub.ports, name), "_is_runtime_protocol", False)
    }
    assert named("protocol") == set(protocols)
    for row in table("protocol")[1:]:
        members = {
            name
            for name in (*vars(protocols[row[0].strip("`")]), *_annotated(protocols, row[0]))
            if not name.startswith("_")
        }
        assert set(re.findall(r"`(\w+)", row[1])) == members, row[0]


def _annotated(protocols: dict[str, type], cell: str) -> list[str]:
    return list(getattr(protocols[cell.strip("`")], "__annotations__", {}))


def test_every_item_and_every_error_is_in_its_table() -> None:
    assert named("item") == {each.__name__ for each in get_args(InboundItem)}
    assert named("raise") == {each.__name__ for each in ConnectorError.__subclasses__()}


def test_the_worked_example_is_the_sample() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    source = Path(sample_connector.__file__).read_text(encoding="utf-8")
    assert not [block for block in blocks if block not in source]


def test_its_entry_point_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the page writes it, with the sample for the package's module."""
    (block,) = re.findall(r"^```\n(\[project.entry.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    ((group, points),) = tomllib.loads(block)["project"]["entry-points"].items()
    ((kind, value),) = points.items()
    module, _, name = value.partition(":")
    found = EntryPoints([EntryPoint(kind, f"{sample_connector.__name__}:{name}", group)])
    assert module == "my_package.sms"
    monkeypatch.setattr(registry, "entry_points", lambda **wanted: found.select(**wanted))
    listed = next(each for each in registry.kinds() if each.kind == kind)
    assert (listed.title, listed.installed, listed.webhook) == ("Text messages", True, True)
    assert [each.name for each in listed.secrets] == ["api_key", "webhook_secret"]
    assert registry.capabilities_of(kind) == sample_connector.SmsConnector.capabilities


def test_the_modules_of_the_suite_are_named() -> None:
    modules = {
        path.name
        for path in Path(__file__).parent.glob("test_connector*.py")
        if path.name != Path(__file__).name
    }
    assert {row[0].strip("`") for row in table("module")[1:]} == modules


def test_the_checklist_is_what_the_code_can_do() -> None:
    header, *rows = table("quality")
    assert header[1:] == list(COLUMNS)
    assert {kind for kinds in COLUMNS.values() for kind in kinds} == set(ChannelKind)
    subjects = {each.kind: each.connector() for each in SUBJECTS}
    titles = [row[0] for row in rows]
    assert set(ROWS) <= set(titles)
    for title, *cells in rows:
        assert all(re.search(r"\b(done|todo|exempt)\b", cell) for cell in cells), title
        for cell, kinds in zip(cells, COLUMNS.values(), strict=True):
            for kind in kinds if title in ROWS else ():
                assert isinstance(subjects[kind], ROWS[title]) == ("done" in cell), (title, kind)
    media = next(row for row in rows if row[0] == "media out")
    for cell, kinds in zip(media[1:], COLUMNS.values(), strict=True):
        for kind in kinds:
            assert subjects[kind].capabilities.media == ("done" in cell), kind


def test_every_exemption_has_its_reason() -> None:
    rows = table("quality")[1:]
    used = {number for row in rows for cell in row for number in re.findall(r"\((\d+)\)", cell)}
    given = re.findall(r"^(\d+)\. ", PAGE, re.MULTILINE)
    assert used == set(given)
    assert [int(number) for number in given] == list(range(1, len(given) + 1))
    for row in rows:
        for cell in row[1:]:
            assert not re.search(r"exempt(?! \(\d+\))", cell), row[0]

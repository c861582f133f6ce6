"""Drafts of rules to test with: a stored version as a supervisor would edit it."""

from __future__ import annotations

from typing import Any

from hub.sla.draft import Known
from hub.sla.editing import as_draft
from hub.sla.models import RulesVersion
from hub.sla.reach import Names

ANYTHING = Known(Names(), frozenset({"ava@demo.example"}))
"""Every name is known."""


def document_of(version: RulesVersion) -> dict[str, Any]:
    """Its calendars and policies, each with the id it has."""
    known = {
        name: {row["id"] for row in version.definition[name]} for name in ("calendars", "policies")
    }
    found = as_draft(version.definition, known)
    return {name: [dict(row) for row in found[name]] for name in ("calendars", "policies")}

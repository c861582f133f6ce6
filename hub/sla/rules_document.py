"""Policies and calendars as one document: what a version of the rules is stored as.

    {"calendars": [{"id", "name", "definition"}], "policies": [{"id", "hours_id", …}]}

`definition` is a calendar as `BusinessHours.to_dict` writes it, a policy is as
`SlaPolicy.to_dict` writes it. The first calendar counts where no policy matches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.base import encode_json
from hub.sla.business_hours import BusinessHours
from hub.sla.clockwork import Clockwork, Version
from hub.sla.entries import ALWAYS, Rules
from hub.sla.models import HoursRow, PolicyRow, RulesVersion
from hub.sla.policy import SlaPolicy

_KEPT = 20
"""Versions a process knows without asking: tickets are brought up to the newest at once."""


def write_document(hours: Sequence[HoursRow], policies: Sequence[PolicyRow]) -> dict[str, Any]:
    """The document of rows, the policies in their order."""
    return {
        "calendars": [
            {"id": row.id, "name": row.name, "definition": row.definition} for row in hours
        ],
        "policies": [
            {**row.definition, "id": row.id, "hours_id": row.hours_id} for row in policies
        ],
    }


def read_document(document: dict[str, Any]) -> Rules:
    """Raises SlaError for what could never have been saved."""
    return _rules_of(encode_json(document))


# Versions never change, and a calendar keeps the years it has laid out.
@lru_cache(maxsize=64)
def _rules_of(text: str) -> Rules:
    document = json.loads(text)
    hours = {row["id"]: BusinessHours.from_dict(row["definition"]) for row in document["calendars"]}
    calendars: dict[int | str, BusinessHours] = {}
    policies: list[SlaPolicy] = []
    for row in document["policies"]:
        calendars[row["id"]] = hours[row["hours_id"]]
        policies.append(
            SlaPolicy.from_dict({name: row[name] for name in row if name != "hours_id"})
        )
    return Rules(tuple(policies), next(iter(hours.values()), ALWAYS), calendars)


async def load_clockwork(session: AsyncSession) -> Clockwork:
    """The rules in force, and the versions before them."""
    found = await session.execute(
        select(
            RulesVersion.id,
            RulesVersion.at,
            type_coerce(RulesVersion.definition, Text).label("document"),
        )
        .order_by(RulesVersion.id.desc())
        .limit(_KEPT)
    )
    versions = [Version(row.id, row.at, _rules_of(row.document)) for row in found]
    return Clockwork(versions)

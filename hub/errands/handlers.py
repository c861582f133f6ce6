"""The errands that wait for their platform, by the kind of their jobs."""

from __future__ import annotations

from hub.errands import control, hiding, naming, status
from hub.jobs.patience import Patient
from hub.jobs.queue import Handler
from hub.system import Hub


def errands(hub: Hub) -> dict[str, Handler]:
    parts = (hub.database, hub.directory, hub.connectors, hub.now)
    found = (
        (hiding.KIND, hiding.Hiding(*parts), hiding.lane),
        (control.KIND, control.Control(*parts), control.lane),
        (naming.KIND, naming.Naming(*parts), naming.lane),
        (status.KIND, status.Statuses(*parts), status.lane),
    )
    return {
        kind: Patient(kind, errand, lane, hub.database, hub.now) for kind, errand, lane in found
    }

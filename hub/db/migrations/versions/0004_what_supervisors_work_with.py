"""Timelines, versions of the rules, escalations, notices, incidents, surveys, report schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_LIVE = (
    ("ix_tickets_resolved", "tickets", "resolved_at", "resolved_at is not null"),
    ("ix_sla_clocks_met", "sla_clocks", "met_at", "met_at is not null"),
    ("ix_sla_clocks_ended", "sla_clocks", "ended_at", "ended_at is not null"),
    ("ix_breaches_due", "breaches", "due_at", None),
    ("ix_messages_bot", "messages", "created_at", "author_kind = 'bot'"),
    ("ix_audit_entries_hand_off", "audit_entries", "at", "action = 'hand off'"),
)


def upgrade() -> None:
    op.create_table(
        "bulk_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_changes"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", _ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("detected", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_by", sa.String(length=120), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_es", sa.Text(), nullable=False),
        sa.Column("auto_answer", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index(
        "ix_incidents_state",
        "incidents",
        ["state"],
        sqlite_where=sa.text("state in ('suspected','open')"),
        postgresql_where=sa.text("state in ('suspected','open')"),
    )

    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("ticket_id", _ID, nullable=True),
        sa.Column("incident_id", _ID, nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_ticket", "notices", ["ticket_id"])

    op.create_table(
        "report_schedules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("formats", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("last_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_schedules"),
    )
    op.create_index("ix_report_schedules_next", "report_schedules", ["next_at"])

    op.create_table(
        "sla_rules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("reached", _ID, nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sla_rules"),
    )
    op.create_table(
        "incident_answers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("incident_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("resolve", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_answers_incident_id_incidents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_answers"),
    )
    op.create_index("ix_incident_answers_incident_id", "incident_answers", ["incident_id"])

    op.create_table(
        "sla_entries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_sla_entries_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sla_entries"),
    )
    op.create_index("ix_sla_entries_ticket", "sla_entries", ["ticket_id", "id"])

    op.create_table(
        "surveys",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_surveys_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.UniqueConstraint("ticket_id", name="uq_surveys_ticket_id"),
        sa.UniqueConstraint("token_hash", name="uq_surveys_token_hash"),
    )
    op.create_index("ix_surveys_contact", "surveys", ["contact_id", "asked_at"])

    op.create_table(
        "escalations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("clock_id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("moment", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["sla_clocks.id"], name="fk_escalations_clock_id_sla_clocks"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_escalations_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sa.UniqueConstraint("clock_id", "moment", name="uq_escalations_clock_id_moment"),
    )
    op.create_index("ix_escalations_ticket", "escalations", ["ticket_id"])

    op.add_column("agents", sa.Column("notices_seen", _ID, server_default="0", nullable=False))

    op.add_column("sla_clocks", sa.Column("warn_at", sa.BigInteger(), nullable=True))
    op.add_column("sla_clocks", sa.Column("warned_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_sla_clocks_warning",
        "sla_clocks",
        ["warn_at"],
        sqlite_where=sa.text("warn_at is not null and warned_at is null"),
        postgresql_where=sa.text("warn_at is not null and warned_at is null"),
    )

    op.add_column(
        "sla_policies",
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

    op.add_column("tickets", sa.Column("incident_id", _ID, nullable=True))
    op.create_index("ix_tickets_created", "tickets", ["created_at"])
    op.create_index(
        "ix_tickets_incident",
        "tickets",
        ["incident_id"],
        sqlite_where=sa.text("incident_id is not null"),
        postgresql_where=sa.text("incident_id is not null"),
    )

    # What the live report counts of the last hours.
    for name, table, column, where in _LIVE:
        only = sa.text(where) if where else None
        op.create_index(name, table, [column], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, table, _, _ in _LIVE:
        op.drop_index(name, table)
    op.drop_index("ix_tickets_incident", "tickets")
    op.drop_index("ix_tickets_created", "tickets")
    op.drop_column("tickets", "incident_id")
    op.drop_column("sla_policies", "retired")
    op.drop_index("ix_sla_clocks_warning", "sla_clocks")
    op.drop_column("sla_clocks", "warned_at")
    op.drop_column("sla_clocks", "warn_at")
    op.drop_column("agents", "notices_seen")
    for table in (
        "escalations",
        "surveys",
        "sla_entries",
        "incident_answers",
        "sla_rules",
        "report_schedules",
        "notices",
        "incidents",
        "bulk_changes",
    ):
        op.drop_table(table)

"""Each ticket's facts, and each day's facts as one sheet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_METRICS = ("first_response", "next_response", "resolution")


def upgrade() -> None:
    op.create_table(
        "ticket_facts",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=True),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_day", sa.Integer(), nullable=True),
        sa.Column("lasting", sa.SmallInteger(), nullable=False),
        sa.Column("with_bot", sa.SmallInteger(), nullable=False),
        sa.Column("contained", sa.SmallInteger(), nullable=False),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("first_contact", sa.SmallInteger(), nullable=False),
        sa.Column("survey_asked", sa.SmallInteger(), nullable=False),
        sa.Column("survey_score", sa.SmallInteger(), nullable=True),
        sa.Column("survey_answered_at", sa.BigInteger(), nullable=True),
        *(column for metric in _METRICS for column in _measured(metric)),
        sa.Column("next_due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ticket_facts"),
    )
    op.create_index("ix_ticket_facts_day", "ticket_facts", ["day", "ticket_id"])
    for name, columns, condition in (
        ("ix_ticket_facts_lasting", ["day", "resolved_day"], "lasting = 1"),
        ("ix_ticket_facts_next_due", ["next_due"], "next_due is not null"),
        ("ix_ticket_facts_surveyed", ["survey_answered_at"], "survey_answered_at is not null"),
    ):
        where = sa.text(condition)
        op.create_index(name, "ticket_facts", columns, sqlite_where=where, postgresql_where=where)

    op.create_table(
        "report_days",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rolled", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("day", name="pk_report_days"),
    )
    stale = sa.text("rolled <> revision")
    op.create_index(
        "ix_report_days_stale", "report_days", ["day"], sqlite_where=stale, postgresql_where=stale
    )
    if op.get_bind().dialect.name == "postgresql":
        # Sheets do not shrink much, and a report would unpack each of them.
        op.execute("ALTER TABLE report_days ALTER COLUMN sheet SET STORAGE EXTERNAL")


def _measured(metric: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{metric}_outcome", sa.SmallInteger(), nullable=False),
        sa.Column(f"{metric}_business", sa.Float(), nullable=True),
        sa.Column(f"{metric}_calendar", sa.Float(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("report_days")
    op.drop_table("ticket_facts")

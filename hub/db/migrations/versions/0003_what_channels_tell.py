"""What the channels tell beside messages, files, call-backs, rate budgets and costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "early_happenings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("reaction", sa.String(length=80), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_early_happenings"),
        sa.UniqueConstraint(
            "account_id",
            "external_id",
            "kind",
            "address",
            "at",
            name="uq_early_happenings_account_id_external_id_kind_address_at",
        ),
    )
    op.create_index("ix_early_happenings_recorded", "early_happenings", ["recorded_at"])

    op.create_table(
        "files",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("sha256", name="uq_files_sha256"),
    )
    op.create_table(
        "account_costs",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_costs_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name="pk_account_costs"),
    )
    op.create_table(
        "rate_budgets",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("resets_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_rate_budgets_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_rate_budgets"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_by", sa.String(length=120), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_callbacks_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_ticket", "callbacks", ["ticket_id", "id"])

    op.create_table(
        "message_revisions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_revisions_message_id_messages"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message_revisions"),
    )
    op.create_index("ix_message_revisions_message", "message_revisions", ["message_id", "id"])

    op.add_column("accounts", sa.Column("notice", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("access_expires_at", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("poll_due_at", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("seeded", sa.String(length=64), nullable=True))

    op.add_column(
        "contact_points",
        sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

    op.add_column("conversations", sa.Column("contact_point_id", _ID, nullable=True))

    op.add_column("messages", sa.Column("conversation", sa.String(length=255), nullable=True))
    op.add_column(
        "messages", sa.Column("logged", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("messages", sa.Column("edited_at", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "messages", sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("messages", sa.Column("hidden_changed_at", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("moderation", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("reactions", sa.Text(), nullable=True))

    op.add_column("tickets", sa.Column("merged_into_id", _ID, nullable=True))
    op.add_column("tickets", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("tickets", sa.Column("longitude", sa.Float(), nullable=True))
    op.add_column("tickets", sa.Column("held_by", sa.String(length=80), nullable=True))
    op.add_column("tickets", sa.Column("held_changed_at", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("private_heard_at", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("delivered_until", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("read_until", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("callback_due_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_tickets_callback",
        "tickets",
        ["callback_due_at"],
        sqlite_where=sa.text("callback_due_at is not null"),
        postgresql_where=sa.text("callback_due_at is not null"),
    )
    op.create_index(
        "ix_tickets_place",
        "tickets",
        ["latitude", "longitude"],
        sqlite_where=sa.text("latitude is not null"),
        postgresql_where=sa.text("latitude is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_place", "tickets")
    op.drop_index("ix_tickets_callback", "tickets")
    op.drop_column("tickets", "callback_due_at")
    op.drop_column("tickets", "read_until")
    op.drop_column("tickets", "delivered_until")
    op.drop_column("tickets", "private_heard_at")
    op.drop_column("tickets", "held_changed_at")
    op.drop_column("tickets", "held_by")
    op.drop_column("tickets", "longitude")
    op.drop_column("tickets", "latitude")
    op.drop_column("tickets", "merged_into_id")

    op.drop_column("messages", "reactions")
    op.drop_column("messages", "moderation")
    op.drop_column("messages", "hidden_changed_at")
    op.drop_column("messages", "hidden")
    op.drop_column("messages", "deleted_at")
    op.drop_column("messages", "edited_at")
    op.drop_column("messages", "logged")
    op.drop_column("messages", "conversation")

    op.drop_column("conversations", "contact_point_id")

    op.drop_column("contact_points", "verified")

    op.drop_column("accounts", "seeded")
    op.drop_column("accounts", "poll_due_at")
    op.drop_column("accounts", "access_expires_at")
    op.drop_column("accounts", "notice")

    op.drop_index("ix_message_revisions_message", "message_revisions")

    op.drop_table("message_revisions")
    op.drop_index("ix_callbacks_ticket", "callbacks")

    op.drop_table("callbacks")
    op.drop_table("rate_budgets")
    op.drop_table("account_costs")
    op.drop_table("files")
    op.drop_index("ix_early_happenings_recorded", "early_happenings")

    op.drop_table("early_happenings")

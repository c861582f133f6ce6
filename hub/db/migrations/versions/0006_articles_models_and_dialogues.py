"""Articles with their versions and figures, the bot's models and examples, dialogues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("language", sa.String(length=5), nullable=True))
    op.add_column("tickets", sa.Column("request", sa.Text(), nullable=True))
    op.add_column("agents", sa.Column("languages", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "articles",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("review_due", sa.BigInteger(), nullable=False),
        sa.Column("seeded", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_articles"),
    )
    op.create_table(
        "article_versions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slug"], ["articles.slug"], name="fk_article_versions_slug_articles"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_versions"),
        sa.UniqueConstraint("slug", "number", name="uq_article_versions_slug_number"),
    )
    op.create_table(
        "article_uses",
        sa.Column("id", _ID, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("ticket_id", _ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article_uses"),
    )
    op.create_index("ix_article_uses_slug", "article_uses", ["slug", "at"])
    op.create_table(
        "bot_models",
        sa.Column("id", _ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.String(length=200), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("worse", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bot_models"),
    )
    op.create_table(
        "bot_examples",
        sa.Column("id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("guess", sa.String(length=60), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.Column("labelled_by", sa.String(length=160), nullable=True),
        sa.Column("labelled_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bot_examples"),
        sa.UniqueConstraint("message_id", name="uq_bot_examples_message_id"),
    )
    op.create_table(
        "dialogues",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_dialogues_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_dialogues"),
    )
    for name, table, column, condition in (
        ("ix_bot_models_open", "bot_models", "state", "state in ('wanted','training','active')"),
        ("ix_bot_examples_open", "bot_examples", "id", "label is null"),
        ("ix_bot_examples_labelled", "bot_examples", "labelled_at", "label is not null"),
    ):
        where = sa.text(condition)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in (
        "dialogues", "bot_examples", "bot_models", "article_uses", "article_versions", "articles",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("agents", "languages")
    op.drop_column("tickets", "request")
    op.drop_column("tickets", "language")

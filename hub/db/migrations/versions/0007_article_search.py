"""A full-text index over what published articles say, a row for each language, and when people
were told that an article is due for review.

The words arrive folded and stemmed (`hub.articles.words`), so that both databases index the same
ones; neither stems or drops any by itself. Its rows are no part of the models: `hub.articles.index`
writes them, and brings them up to date at every start.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SQLITE = (
    "CREATE VIRTUAL TABLE article_search USING fts5("
    "slug UNINDEXED, language UNINDEXED, mark UNINDEXED, title, phrases, answer, "
    "tokenize='unicode61 remove_diacritics 0')",
)
_POSTGRESQL = (
    "CREATE TABLE article_search (slug varchar(60) NOT NULL, language varchar(5) NOT NULL, "
    "mark varchar(40) NOT NULL, search tsvector NOT NULL, "
    "CONSTRAINT pk_article_search PRIMARY KEY (slug, language))",
    "CREATE INDEX ix_article_search_search ON article_search USING gin (search)",
)


def upgrade() -> None:
    op.add_column("articles", sa.Column("told_due", sa.BigInteger(), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE article_search")
    op.drop_column("articles", "told_due")

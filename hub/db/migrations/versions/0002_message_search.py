"""A full-text index over what messages say.

SQLite: an FTS5 table that reads its text from `messages`, kept by triggers. PostgreSQL: a
generated tsvector column with a GIN index. Both fold case and accents; neither stems, since
messages come in more than one language. PostgreSQL's parser would take addresses, links and
numbers such as 850-891 for words of their own: without punctuation it sees the words in them.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE = (
    "CREATE VIRTUAL TABLE message_search USING fts5("
    "body, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN "
    "INSERT INTO message_search(rowid, body) VALUES (new.id, new.body); END",
    "CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN "
    "INSERT INTO message_search(message_search, rowid, body) "
    "VALUES ('delete', old.id, old.body); END",
    "CREATE TRIGGER message_search_update AFTER UPDATE OF body ON messages BEGIN "
    "INSERT INTO message_search(message_search, rowid, body) "
    "VALUES ('delete', old.id, old.body); "
    "INSERT INTO message_search(rowid, body) VALUES (new.id, new.body); END",
    "INSERT INTO message_search(message_search) VALUES ('rebuild')",
)
_PUNCTUATION = "!\"#$%&''()*+,-./;:<=>?@[]\\^_`{|}~"
_WORDS = (
    "translate(regexp_replace(normalize(left(body, 20000), NFKD), '[\u0300-\u036f]', '', 'g'), "
    f"'{_PUNCTUATION}', '{' ' * 32}')"
)
_POSTGRESQL = (
    "ALTER TABLE messages ADD COLUMN search tsvector "
    f"GENERATED ALWAYS AS (to_tsvector('simple', {_WORDS})) STORED",
    "CREATE INDEX ix_messages_search ON messages USING gin (search)",
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER message_search_{name}")
        op.execute("DROP TABLE message_search")
    else:
        op.execute("ALTER TABLE messages DROP COLUMN search")

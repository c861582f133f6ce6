"""Alembic's entry: always handed a connection by `hub.db.migrate`."""

from alembic import context

from hub.db.base import Duration, Instant, Json
from hub.db.schema import metadata

_PLAIN = {Instant: "sa.BigInteger()", Duration: "sa.BigInteger()", Json: "sa.Text()"}


def render_item(kind, item, autogen_context):  # type: ignore[no-untyped-def]
    """Migrations name plain column types: they must not change when our own do."""
    if kind == "type":
        return _PLAIN.get(type(item), False)
    return False


def include_name(name, kind, parents):  # type: ignore[no-untyped-def]
    # The search indexes are made by hand: they differ between the databases.
    by_hand = ("message_search", "article_search")
    return not (kind == "table" and name is not None and name.startswith(by_hand))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    include_name=include_name,
)
with context.begin_transaction():
    context.run_migrations()

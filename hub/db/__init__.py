"""One code for SQLite and PostgreSQL: the engine, the column types, the migrations."""

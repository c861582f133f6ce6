"""Files that came with messages: fetched safely, kept in the database, shown to those who may."""

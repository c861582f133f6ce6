"""The outbox: replies on their way to the platforms, in order, at least once."""

"""Work promised in a transaction and done after it."""

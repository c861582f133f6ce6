"""What the bot learns from, and the models that came of it."""

"""The idempotency key of what the bot says."""


def bot_key(message_id: int | str) -> str:
    """The key of the bot's reply to a message: written at most once."""
    return f"bot:{message_id}"

"""X (Twitter): mentions, replies, quotes and direct messages, through tweepy."""

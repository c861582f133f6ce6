"""X: the API v2 as tweepy calls it, and the X Activity API's events."""

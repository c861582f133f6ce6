"""Tickets and their messages: what they are, how they change, how they are listed."""

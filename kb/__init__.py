"""The knowledge base: articles, their search, and what the bot learns from them."""

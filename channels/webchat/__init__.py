"""The website's own channels: the chat widget's socket and the plain message form."""

"""The way in: from received bodies to tickets, in one group-committed transaction."""

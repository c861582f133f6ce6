"""Who did what to which ticket, when."""

"""One change to many tickets, each by itself, and taking it back."""

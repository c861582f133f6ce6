"""Switchboard's core: the ticket queue, its clocks and everything that changes them."""

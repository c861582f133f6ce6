"""Contacts: one customer, however many handles and numbers."""

"""The numbered log of everything that happened, and the doorbell that says there is more."""

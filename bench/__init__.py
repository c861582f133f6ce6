"""Measurements of this hub against the limits of the machine it runs on: `./dev bench`."""

"""A storm: every inquiry three times and out of order, while everything around the hub breaks.

`tests/faults` runs a short one, `./dev bench faults` a longer one. At its end a verdict says
what was lost or doubled.
"""

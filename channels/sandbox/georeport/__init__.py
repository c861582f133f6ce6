"""GeoReport v2: another city's server, to pull from and to write to; and reports to the hub."""

"""One room a platform: each translates its wire format to and from `hub.ports`."""

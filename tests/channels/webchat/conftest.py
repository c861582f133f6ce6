"""The same site as the API's tests have."""

from tests.hub.api.conftest import dialect, house, house_url, site

__all__ = ["dialect", "house", "house_url", "site"]

"""Which network addresses the hub may fetch a stranger's URL from: public ones, and no other.

Whoever writes to the city chooses what the hub connects to. Everything that may be inside the
city's network, or a cloud's own service, is refused.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What `is_global` takes for public, or took in some of Python's versions.
_RESERVED_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; a cloud keeps its metadata at 100.100.100.200
        "168.63.129.16/32",  # a cloud's own service for its machines
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays into IPv6
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_6 = ip_network("2000::/3")
"""All that has been given out. What carries an IPv4 address (mapped, compatible, NAT64) and all
local ranges lie outside of it."""
_RESERVED_6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # Teredo, benchmarks, ORCHID: nobody's web server
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """Whether `address`, an IP address as text, is one of the public internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_4(found)
    return _is_public_6(found)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in block for block in _RESERVED_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_6:
        return False
    return address.is_global and not any(address in block for block in _RESERVED_6)

"""Which addresses are public: every other class of them, by table and by chance."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.addresses import is_public

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.0.1",
    "172.32.0.1", "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a03:2880:f12f::1",
    "2001:4860:4860::8888", "2600::",
]  # fmt: skip

BLOCKS = [
    # IPv4: this network, private, shared, loopback, link-local, tests, relays, the rest
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
    # IPv6: none, loopback, those that carry an IPv4 address, discard, Teredo, tests, 6to4
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96",
    "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28",
    "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
    # unique local, link-local, site-local, multicast
    "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip

METADATA = [
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", METADATA)
def test_clouds_own_addresses_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("block", BLOCKS)
def test_both_ends_of_every_other_block_are_not(block: str) -> None:
    network = ipaddress.ip_network(block)
    assert not is_public(str(network[0]))
    assert not is_public(str(network[-1]))


@given(st.sampled_from(BLOCKS), st.data())
def test_nothing_inside_of_them_is(block: str, data: st.DataObject) -> None:
    network = ipaddress.ip_network(block)
    offset = data.draw(st.integers(0, network.num_addresses - 1))
    assert not is_public(str(network[offset]))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_gets_through_in_an_ipv6_one(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        (0xFFFF << 32) | number,  # mapped
        number,  # compatible
        (0x64FF9B << 96) | number,  # NAT64
        (0x64FF9B0001 << 80) | number,
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x20010000 << 96) | number,  # Teredo
    ]
    for value in wrapped:
        assert not is_public(str(ipaddress.IPv6Address(value)))


@given(st.ip_addresses())
def test_what_the_language_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    inside = (
        address.is_private, address.is_loopback, address.is_link_local, address.is_multicast,
        address.is_reserved, address.is_unspecified,
    )  # fmt: skip
    if any(inside):
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1 ", "fe80::1%eth0",
             "2606:4700::1111%eth0", "1.1.1.1:80", "01.01.01.01"],
)  # fmt: skip
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    assert not is_public(text)

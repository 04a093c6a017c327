"""Whoever asks is counted by what they cannot change at will: an address, or a network."""

import pytest

from loyalty.rules.network import network_of


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::7", "2001:db8:0:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.8", "203.0.113.8"),
        (None, "0.0.0.0"),  # noqa: S104  # an address of nobody, to which nothing is bound
        ("", "0.0.0.0"),  # noqa: S104
    ],
)
def test_an_address_of_ipv4_stands_for_itself_however_written_and_of_ipv6_its_network(
    address: str | None, counted: str
) -> None:
    assert network_of(address) == counted

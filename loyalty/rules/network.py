"""By what requests of one place are counted: an address, or the network it stands for."""

from ipaddress import ip_address, ip_network

SHARED_NETWORK = 64
"""Bits of an IPv6 address that one household or phone has to itself; it may change the rest."""

NOBODYS = "0.0.0.0"  # noqa: S104  # an address of nobody, to which nothing is bound


def network_of(address: str | None) -> str:
    """Return what stands for whoever asks: their address, or of IPv6 its network."""
    found = ip_address(address or NOBODYS)
    if found.version == 4:  # noqa: PLR2004  # the version's number is its name
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, SHARED_NETWORK), strict=False))

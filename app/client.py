"""Whom an address counts as, wherever there are bounds for each: who has one of IPv6 has 2⁶⁴ of them."""

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

ADDRESS_LENGTH_MAX = 64
NOWHERE = "nowhere"
"""Of a client that came by a socket of this machine."""

BITS_OF_ONE = 64
"""What a connection to the internet is given at least."""


def counted(client: tuple[str, int] | None) -> str:
    """Whom the other side counts as: an address of IPv4 as it is, the network of one of IPv6.

    What a proxy says instead of an address is cut short.
    """
    address = (client[0] if client else "")[:ADDRESS_LENGTH_MAX] or NOWHERE
    return network(address) if ":" in address else address


@lru_cache(maxsize=4_096)
def network(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_loopback:
        return str(address)
    return str(IPv6Network((int(address) >> BITS_OF_ONE << BITS_OF_ONE, BITS_OF_ONE)))

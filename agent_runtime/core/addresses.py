"""Addresses of hosts: which of them only this machine can reach."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Whether an IP address, as text, is of this machine only; `::ffff:127.0.0.1` is, what is no address is not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback

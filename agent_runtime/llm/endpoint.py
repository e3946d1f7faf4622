"""Where a model may be called: the base URL and the key are checked before anything is ever sent."""

import ipaddress
import socket

from pydantic import SecretStr
from yarl import URL

from agent_runtime.core.errors import Misconfigured

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
}
_METADATA_ADDRESSES = {ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")}


def completions_url(base_url: str, api_key: SecretStr | None) -> URL:
    """`{base_url}/chat/completions`.

    Raises Misconfigured for anything but plain http(s) to a host that may be called, for a key over
    unencrypted http to another machine and for a key that cannot stand in a header.
    """
    url = _parsed(base_url)
    host = (url.host or "").rstrip(".").lower()
    if url.scheme not in {"http", "https"} or not host:
        raise Misconfigured("llm.base_url must begin with http:// or https:// and name a host")
    if url.user is not None or url.password is not None:
        raise Misconfigured("llm.base_url must not contain a user name or password; use llm.api_key")
    if url.query_string or url.fragment:
        raise Misconfigured("llm.base_url must not have a query or fragment")
    if url.path.rstrip("/").endswith("/chat/completions"):
        raise Misconfigured("llm.base_url must end before /chat/completions, for example https://example.org/v1")
    if host in _METADATA_NAMES or _is_forbidden(_address(host)):
        raise Misconfigured(f"llm.base_url must not point at a link-local or metadata address ({host})")
    if api_key is not None:
        _check_key(api_key, url, host)
    return url.with_path(url.path.rstrip("/") + "/chat/completions")


def _parsed(base_url: str) -> URL:
    try:
        url = URL(base_url.strip())
        _ = url.host, url.port
    except ValueError as error:
        raise Misconfigured("llm.base_url is not a URL") from error
    return url


def _check_key(api_key: SecretStr, url: URL, host: str) -> None:
    key = api_key.get_secret_value()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Misconfigured("llm.api_key is empty or has characters that cannot be sent in a header")
    if url.scheme == "http" and not _is_loopback(host):
        raise Misconfigured(f"llm.api_key would travel unencrypted to {host}: use https, or http to this machine only")


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def _is_forbidden(address: _IP | None) -> bool:
    return address is not None and (address.is_link_local or address.is_multicast or address in _METADATA_ADDRESSES)


def _address(host: str) -> _IP | None:
    """The address a host name spells, also in the old forms resolvers still read (`2852039166`, `0xa9fea9fe`)."""
    try:
        address: _IP = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address

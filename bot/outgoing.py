"""Where the bot's own connections may lead: looked at when they are made, so after look-ups of names and redirects too.

Nobody but the operator names an address that is called, yet a platform's answer, a redirect or a name server could lead
inside: to a neighbour on the network, or to the address where clouds hand out the credentials of their machines.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Opens = Callable[[tuple[Any, ...]], socket.socket]
"""Makes the socket for an entry of `getaddrinfo`, as aiohttp's `socket_factory`; raises OSError where it must not."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # Source: RFC 6052
# Source: the clouds' documentation of their metadata services: AWS over IPv6, Alibaba; all others are link-local.
_METADATA = tuple(ipaddress.ip_network(one) for one in ("fd00:ec2::/32", "100.100.100.200/32", "168.63.129.16/32"))
_INSIDE = tuple(
    ipaddress.ip_network(one)
    # 198.18.0.0/15 is not among them: tunnels around censorship stand for any name with an address of it.
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10")
)


def is_never_called(host: str) -> bool:
    """Say whether a host is an address that no service of ours has: link-local, metadata, multicast, none at all."""
    found = _read(host)
    return found is not None and _is_never(found)


def callable_address(value: str) -> str:
    """Return a setting's address or host, "" for none.

    Raises:
        ValueError: it leads where the bot never connects to.
    """
    host = (urlsplit(value).hostname or "") if "://" in value else value
    if is_never_called(host):
        raise ValueError("the bot never connects to that address; write the one of the service itself")
    return value


async def looked_up(host: str) -> None:
    """Look a name up, for a library that makes its own sockets.

    Raises:
        PermissionError: it leads where the bot never connects to; what cannot be looked up is left to the library.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return
    if any(is_never_called(str(address[0])) for *_, address in found):
        raise PermissionError(errno.EACCES, "the bot does not connect to that address")


def guarded(base: str, usual: str) -> Opens:
    """Return what opens the sockets for calls below `base`.

    The platform's usual host lies outside, so nothing inside is called for it. An operator who names another one means
    that one: on this machine, then only this machine; elsewhere, then the network inside too. A proxy of the
    environment is the operator's word as well.
    """
    host = urlsplit(base).hostname or ""
    literal = _read(host)
    is_here = host == "localhost" or bool(literal and literal.is_loopback)
    is_usual = host == urlsplit(usual).hostname and not getproxies()

    def opens(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (address, *_) = info
        found = _plain(ipaddress.ip_address(str(address).partition("%")[0]))
        is_inside = any(found.version == one.version and found in one for one in _INSIDE)
        refused = (is_inside or found.is_loopback) if is_usual else is_inside and is_here
        if refused or _is_never(found):
            raise PermissionError(errno.EACCES, "the bot does not connect to that address")
        return socket.socket(family, kind, protocol)

    return opens


def _read(host: str) -> Address | None:
    """Return the address that a host is, also in the short and whole-number forms that look-ups understand."""
    text = host.strip().strip("[]").partition("%")[0]
    try:
        return _plain(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(text)) if text[:1].isdigit() and " " not in text else None
    except OSError:
        return None


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _is_never(address: Address) -> bool:
    is_metadata = any(address.version == one.version and address in one for one in _METADATA)
    is_nothing = address.is_unspecified or address.is_multicast or (address.version == 4 and int(address) < 1 << 24)
    return is_metadata or is_nothing or address.is_link_local

"""Addresses of message proxies, as `connect_grpc` and viewers write them (fact sheet 11.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from rrdtool.recording.arguments import checked

__all__ = ["DEFAULT_PORT", "ProxyAddress"]

DEFAULT_PORT = 9876
"""Where viewers listen unless told otherwise."""

_PLAIN, _TLS = "rerun+http", "rerun+https"
_SCHEMES = {_PLAIN: False, _TLS: True, "rerun": True}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared only
_HOST = re.compile(r"[\w.:%-]+")


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """Where a message proxy listens.

    Attributes:
        host: Name or IP address; never the one that stands for all interfaces.
        port: TCP port.
        tls: Whether the connection is encrypted.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> ProxyAddress:
        """Parses `rerun+http://host:port/proxy` and the other forms.

        Without a port it is 9876 on this machine, and the scheme's on others; this machine needs
        no scheme either.

        Raises:
            RuntimeError: If `url` is no such address; says why.
            TypeError: If it is no text.
        """
        scheme, rest = _split_scheme(checked(url, str, "an address"))
        try:
            parts = urlsplit(f"//{rest}")
            port = parts.port
        except ValueError as error:
            raise _wrong(url, str(error)) from error
        host = parts.hostname or ""
        if not _HOST.fullmatch(host):
            raise _wrong(url, "it names no host" if not host else f"{host!r} is no host")
        if scheme is None:
            if host not in _LOCAL:
                raise _wrong(url, "it has no scheme")
            scheme = _PLAIN
        if parts.path.strip("/") != "proxy":
            raise _wrong(url, f"its path is {parts.path!r}, not '/proxy'")
        tls = _SCHEMES[scheme]
        if port is None:
            port = DEFAULT_PORT if host in _LOCAL else 443 if tls else 80
        return cls("127.0.0.1" if host == "0.0.0.0" else host, port, tls)  # noqa: S104 - not bound

    @property
    def target(self) -> str:
        """Host and port as grpcio wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{'rerun' if self.tls else _PLAIN}://{self.target}/proxy"


def _split_scheme(url: str) -> tuple[str | None, str]:
    """Scheme and what follows it; no scheme if there is none."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return None, url
    scheme = scheme.replace("rerun http", "rerun+http")  # what some programs make of the plus
    if scheme not in _SCHEMES:
        raise _wrong(url, f"its scheme is {scheme!r}, none of {', '.join(_SCHEMES)}")
    return scheme, rest


def _wrong(url: str, reason: str) -> RuntimeError:
    return RuntimeError(
        f"{url!r} is no address of a server: {reason}; write rerun+http://host:port/proxy"
    )

"""Inputs that are no files yet: standard input, pipes and URLs, brought into a temporary file.

Importers may seek; what comes through a pipe or from a server is therefore kept on disk while it
is imported, never in memory.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from rrdimporters.protocol import ImporterError, Progress

__all__ = ["DownloadError", "downloaded", "is_url", "spooled", "url_name"]

_STEP = 1 << 20
_TIMEOUT = 30.0
_SCHEMES = ("http://", "https://")


class DownloadError(ImporterError):
    """A URL cannot be fetched."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_url(name: str) -> bool:
    """Whether an input is to be fetched from a web server."""
    return name.lower().startswith(_SCHEMES)


def url_name(url: str) -> str:
    """What a URL is called in a recording: server and path, without query.

    >>> url_name("https://example.org/a/b.png?size=2")
    'example.org/a/b.png'
    """
    parts = urllib.parse.urlsplit(url)
    return (parts.hostname or "") + urllib.parse.unquote(parts.path)


@contextlib.contextmanager
def spooled(stream: BinaryIO, name: str = "-") -> Generator[Path]:
    """A temporary file that holds all that comes out of a stream, for as long as the context lasts.

    Args:
        stream: What to read.
        name: Name of the file in its folder of its own.
    """
    with tempfile.TemporaryDirectory(prefix="rrd-import-") as folder:
        path = Path(folder, name)
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file, _STEP)
        yield path


@contextlib.contextmanager
def downloaded(url: str, progress: Progress) -> Generator[Path]:
    """A temporary file that holds what a URL names, for as long as the context lasts.

    Args:
        url: Beginning with `http://` or `https://`; redirections to other schemes are refused.
        progress: Told how much has come.

    Raises:
        DownloadError: If it cannot be fetched, or ends early.
    """
    with tempfile.TemporaryDirectory(prefix="rrd-import-") as folder:
        path = Path(folder, _file_name(url))
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "rrd"})  # noqa: S310 - is_url
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - is_url
                if not is_url(answer.geturl()):
                    raise DownloadError(f"redirects to {answer.geturl()}, which is not on the web")
                length = answer.headers.get("Content-Length")
                total = int(length) if length is not None and length.isdigit() else None
                with path.open("wb") as file:
                    _receive(answer, file, total, progress)
        except urllib.error.HTTPError as error:
            raise DownloadError(f"the server answers {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise DownloadError(f"cannot be fetched: {error.reason}") from error
        except (OSError, ValueError) as error:  # a timeout, a connection that breaks, a bad name
            if isinstance(error, OSError) and error.filename is not None:
                raise
            raise DownloadError(f"cannot be fetched: {error}") from error
        yield path


def _receive(answer: _Readable, file: BinaryIO, total: int | None, progress: Progress) -> None:
    done = 0
    while data := answer.read(_STEP):
        file.write(data)
        done += len(data)
        progress(done, total)
    if total is not None and done < total:
        raise DownloadError(f"the answer ends after {done} of {total} bytes")


def _file_name(url: str) -> str:
    """A harmless name with the suffix of the URL's path."""
    suffix = PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).suffix
    plain = "".join(c for c in suffix[1:] if c.isalnum() or c in "-_")
    return f"download.{plain}" if plain else "download"

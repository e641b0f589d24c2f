"""One stream of a source: its version, its footer, and the chunks that the footer should list."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Stream
from rrdformats.contents import FIRST_TRUSTED_VERSION
from rrdformats.errors import RrdError
from rrdformats.framing import checksum
from rrdformats.limits import Limits
from rrdformats.messages import EncodedManifest, StoreId, parse_footer
from rrdformats.writer import FORMAT_VERSION
from rrdtool.operations.verification.expected import ExpectedManifests
from rrdtool.operations.verification.findings import Findings, Place
from rrdtool.operations.verification.manifests import StreamChunks, check_manifests
from rrdtool.operations.verification.parts import Cohort

__all__ = ["StreamCheck"]

_Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class StreamCheck:
    """What was met of a stream so far.

    Attributes:
        stream: The stream.
        findings: Takes what is wrong.
        limits: Bounds for what is read.
        check_footers: Whether its footer matters.
        footer: The payload of its End message, once met.
        damaged: Whether reading it came to an early end.
        broken: Where chunk messages start in the source that cannot be read.
        doubtful: Where chunks start in the source whose times make no bounds.
    """

    stream: Stream
    findings: Findings
    limits: Limits
    check_footers: bool
    footer: bytes | None = None
    damaged: bool = False
    broken: list[int] = field(default_factory=list)
    doubtful: list[_Ints] = field(default_factory=list)
    _manifests: ExpectedManifests | None = None

    def begin(self) -> None:
        """Looks at the version of the stream."""
        version = self.stream.header.version
        place = Place(self.stream.offset)
        if version.release > FORMAT_VERSION.release:
            told = f"written by release {version}; {FORMAT_VERSION} is the newest known"
            self.findings.add("version-newer", told, place)
        elif version.release < FORMAT_VERSION.release:
            self.findings.add("version-older", f"written by release {version}", place)

    def add(self, cohort: Cohort) -> None:
        """Notes chunks for the comparison with the footer."""
        if self.check_footers:
            self._expected().add(cohort)

    def _expected(self) -> ExpectedManifests:
        if self._manifests is None:
            self._manifests = ExpectedManifests(self.stream.offset)
        return self._manifests

    def finish(self) -> list[StoreId]:
        """Looks at the footer, once the stream has ended; returns the stores that it names."""
        if not self.check_footers:
            return []
        manifests = self._stored()
        if manifests is None or self.stream.footer is None:
            return []
        start = self.stream.offset
        doubtful = np.concatenate([*self.doubtful, np.empty(0, np.int64)])
        chunks = StreamChunks(
            start,
            self._expected().builders,
            np.array(self.broken, np.int64) - start,
            doubtful - start,
            self.stream.header.version.release < FIRST_TRUSTED_VERSION,
        )
        place = Place(self.stream.footer[0])
        check_manifests(manifests, chunks, self.findings, place, self.limits)
        return [manifest.store_id for manifest in manifests]

    def _stored(self) -> list[EncodedManifest] | None:
        """The manifests of the footer; None if there are none to look at."""
        reason = self._missing()
        if reason is not None:
            if not self.damaged:
                self.findings.add("footer-missing", reason, Place(self.stream.offset))
            return None
        payload = memoryview(self.footer or b"")
        self._check_trailer(payload)
        try:
            return parse_footer(payload, 0, len(payload), self.limits)
        except RrdError as error:
            self.findings.add("footer-invalid", error.reason, self._place)
            return None

    @property
    def _place(self) -> Place:
        return Place(None if self.stream.footer is None else self.stream.footer[0])

    def _missing(self) -> str | None:
        """Why there is no footer, if there is none."""
        if self.footer is None:
            return "the stream ends without an End message"
        if self.stream.trailer is None:
            if self.footer:
                return "there is no trailer behind the footer"
            return "the End message is empty, and there is no trailer behind it"
        if not self.footer and self._expected().builders:
            return "the footer is empty, but the stream has chunks"
        return None

    def _check_trailer(self, payload: memoryview) -> None:
        trailer, span = self.stream.trailer, self.stream.footer
        if trailer is None or span is None:
            return
        start = span[0] - self.stream.offset
        if (trailer.start, trailer.length) != (start, len(payload)):
            told = (
                f"the trailer says {trailer.length} bytes at {trailer.start}, "
                f"the footer has {len(payload)} at {start}"
            )
            self.findings.add("footer-trailer", told, self._place)
        digest = checksum(payload)
        if digest != trailer.checksum:
            told = f"the checksum is {digest:#010x}, the trailer says {trailer.checksum:#010x}"
            self.findings.add("footer-checksum", told, self._place)

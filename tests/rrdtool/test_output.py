"""Output files: whole or not at all, whatever fails and whenever."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import TruncatedError
from rrdtool.operations import descriptors
from rrdtool.operations.output import (
    AtomicFile,
    OutputExistsError,
    OutputFile,
    OutputIsInputError,
    OutputRefusedError,
    StreamFile,
    open_output,
)
from rrdtool.operations.output_folder import OutputFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

DATA = bytes(range(256)) * 400
"""More than is copied by reading and writing."""

OLD = b"the old file"


@pytest.fixture
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Descriptor of a file that holds `DATA`, on the file system of the outputs."""
    path = tmp_path_factory.mktemp("source") / "in.rrd"
    path.write_bytes(DATA)
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def listing(folder: Path) -> dict[str, tuple[str, bytes]]:
    """What a folder holds: permissions and content (of a link its target) by name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        else:
            content = b"" if path.is_dir() else path.read_bytes()
        found[str(path.relative_to(folder))] = (stat.filemode(status.st_mode), content)
    return found


# Fault injection ----------------------------------------------------------------------------------

FAULTY = (
    "open", "write", "copy_file_range", "sendfile", "fsync", "close", "fchown", "fchmod", "link",
    "replace", "rename", "mkdir",
)  # fmt: skip


class Faults:
    """Makes the `number`-th call of a function in `FAULTY` fail."""

    def __init__(self, number: int, error: BaseException, *, after: bool) -> None:
        self.number = number
        self.error = error
        self.after = after
        self.struck = ""

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in FAULTY:
            patch.setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if name == "fsync":  # it shows only on disks that lose power, and takes its time
            function = nothing

        def call(*args: Any, **kwargs: Any) -> Any:
            self.number -= 1
            strikes = self.number == 0
            # Linux closes a descriptor whatever it reports.
            early = strikes and not self.after and name != "close"
            result = None if early else function(*args, **kwargs)
            if strikes:
                self.struck = name
                raise self.error
            return result

        return call


@dataclass(frozen=True)
class Scenario:
    """A way to write `DATA` into a folder."""

    exists: bool = False
    force: bool = False
    in_place: bool = False
    linkless: bool = False

    def prepare(self, folder: Path) -> None:
        folder.mkdir()
        if self.exists:
            (folder / "out.rrd").write_bytes(OLD)
            (folder / "out.rrd").chmod(0o640)

    def run(self, folder: Path, source: int) -> None:
        with AtomicFile(
            folder / "out.rrd",
            force=self.force,
            in_place=self.in_place,
            keep_backup=self.in_place,
        ) as file:
            file.write(DATA[:1000])
            file.copy_range(source, 1000, len(DATA) - 2000)
            file.write(DATA[-1000:])


SCENARIOS = {
    "new": Scenario(),
    "new, no links": Scenario(linkless=True),
    "forced": Scenario(exists=True, force=True),
    "in place": Scenario(exists=True, in_place=True),
    "in place, no links": Scenario(exists=True, in_place=True, linkless=True),
}
FAULTS = {
    "disk full": lambda number: Faults(number, OSError(errno.ENOSPC, "full"), after=False),
    "denied": lambda number: Faults(number, PermissionError(errno.EPERM, "no"), after=False),
    "Ctrl-C before": lambda number: Faults(number, KeyboardInterrupt(), after=False),
    "Ctrl-C after": lambda number: Faults(number, KeyboardInterrupt(), after=True),
}


def refuse_links(patch: pytest.MonkeyPatch) -> None:
    def link(_source: object, _target: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    patch.setattr(os, "link", link)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_any_fault_leaves_the_old_state_or_the_new_one(
    scenario: Scenario, fault: Callable[[int], Faults], tmp_path: Path, source: int
) -> None:
    clean = tmp_path / "clean"
    scenario.prepare(clean)
    before = listing(clean)
    with pytest.MonkeyPatch.context() as patch:
        if scenario.linkless:
            refuse_links(patch)
        scenario.run(clean, source)
    after = listing(clean)
    assert after["out.rrd"][1] == DATA

    struck = []
    for number in range(1, 100):
        folder = tmp_path / f"fault-{number}"
        scenario.prepare(folder)
        faults = fault(number)
        raised: BaseException | None = None
        with pytest.MonkeyPatch.context() as patch:
            if scenario.linkless:
                refuse_links(patch)
            faults.install(patch)
            try:
                scenario.run(folder, source)
            except (OSError, KeyboardInterrupt) as error:
                raised = error
        gc.collect()
        found = listing(folder)
        if not faults.struck:
            assert found == after
            break
        struck.append(faults.struck)
        if raised is None:  # a way around was found, or it is the sync of the folder
            assert found == after, struck
        elif isinstance(raised, OSError):
            assert found == before, struck
            assert raised.filename == str(folder / "out.rrd"), struck
        else:
            assert found in (before, after), struck
    assert {"open", "write", "copy_file_range", "fsync", "close"} <= {*struck}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_any_fault_in_a_folder_leaves_all_files_or_none(
    fault: Callable[[int], Faults], tmp_path: Path, source: int
) -> None:
    def run(folder: Path) -> None:
        with (
            OutputFolder(folder / "parts" / "today", together=True) as parts,
            contextlib.ExitStack() as stack,
        ):
            for name in ("a.rrd", "b/c.rrd"):
                stack.enter_context(parts.open(name)).copy_range(source, 0, len(DATA))

    complete = tmp_path / "complete"
    complete.mkdir()
    run(complete)
    wanted = listing(complete)
    assert [name for name in wanted if name.endswith(".rrd")] == [
        "parts/today/a.rrd",
        "parts/today/b/c.rrd",
    ]

    number = 0
    for number in range(1, 100):
        folder = tmp_path / f"fault-{number}"
        folder.mkdir()
        faults = fault(number)
        with pytest.MonkeyPatch.context() as patch:
            faults.install(patch)
            with contextlib.suppress(OSError, KeyboardInterrupt):
                run(folder)
        gc.collect()
        found = listing(folder)
        assert found in ({}, wanted), faults.struck
        if not faults.struck:
            assert found == wanted
            break
    assert number > 10


def test_a_sync_that_failed_in_the_background_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "_WRITEBACK_STEP", 1)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    file = AtomicFile(tmp_path / "out")
    file.write(DATA)
    file.flush()
    with pytest.raises(OSError, match="Input/output error"):
        file.commit()
    assert listing(tmp_path) == {}


def test_what_piles_up_is_synced_in_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: int
) -> None:
    monkeypatch.setattr(descriptors, "_WRITEBACK_STEP", 1000)
    threads = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        threads.add(threading.current_thread() is threading.main_thread())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with AtomicFile(tmp_path / "out") as file:
        for _ in range(20):
            file.copy_range(source, 0, len(DATA))
    assert (tmp_path / "out").read_bytes() == DATA * 20
    assert threads == {True, False}


# Atomic files -------------------------------------------------------------------------------------


def test_nothing_is_there_before_the_end(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "out.rrd") as file:
        file.write(DATA)
        file.flush()
        assert os.fstat(file.fileno()).st_size == len(DATA)
        (name,) = listing(tmp_path)
        assert name.startswith(".")
        assert not name.endswith((".rrd", ".rbl")), "a folder may be read while it is written"
    assert [*listing(tmp_path)] == ["out.rrd"]


def test_a_file_that_nobody_committed_is_gone(tmp_path: Path) -> None:
    AtomicFile(tmp_path / "out.rrd").write(DATA)
    gc.collect()
    assert listing(tmp_path) == {}


def test_commit_and_close_can_be_repeated(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "kept") as file:
        file.write(DATA)
        file.commit()
        file.commit()
        file.close()
    assert (tmp_path / "kept").read_bytes() == DATA
    file = AtomicFile(tmp_path / "dropped")
    file.write(DATA)
    file.close()
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.commit()
    assert [*listing(tmp_path)] == ["kept"]


def test_an_existing_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "out.rrd").write_bytes(OLD)
    before = listing(tmp_path)
    with pytest.raises(OutputExistsError, match="exists already"):
        AtomicFile(tmp_path / "out.rrd")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("linkless", [False, True])
def test_a_file_that_appears_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linkless: bool
) -> None:
    if linkless:
        refuse_links(monkeypatch)
    path = tmp_path / "out.rrd"

    def run() -> None:
        with AtomicFile(path) as file:
            file.write(DATA)
            path.write_bytes(OLD)

    with pytest.raises(OutputExistsError) as caught:
        run()
    assert caught.value.filename == str(path)
    assert path.read_bytes() == OLD
    assert [*listing(tmp_path)] == ["out.rrd"]


def test_only_an_empty_file_is_taken_for_a_name_that_was_kept_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.rrd"
    real = os.open

    def interrupted(name: Path, flags: int, mode: int = 0o777) -> int:
        if name == path:
            path.write_bytes(OLD)  # somebody else was faster
            raise KeyboardInterrupt
        return real(name, flags, mode)

    refuse_links(monkeypatch)
    monkeypatch.setattr(os, "open", interrupted)
    file = AtomicFile(path)
    with pytest.raises(KeyboardInterrupt):
        file.commit()
    assert listing(tmp_path).keys() == {"out.rrd"}
    assert path.read_bytes() == OLD


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("alias", ["same", "hard", "soft", "descriptor"])
def test_an_input_is_refused_under_any_name(tmp_path: Path, alias: str, force: bool) -> None:
    path = tmp_path / "in.rrd"
    path.write_bytes(OLD)
    (tmp_path / "hard").hardlink_to(path)
    (tmp_path / "soft").symlink_to(path)
    before = listing(tmp_path)
    with path.open("rb") as opened:
        items: dict[str, Path | int] = {
            "same": path,
            "hard": tmp_path / "hard",
            "soft": tmp_path / "soft",
            "descriptor": opened.fileno(),
        }
        with pytest.raises(OutputIsInputError, match="is also an input"):
            AtomicFile(path, force=force, inputs=["missing.rrd", items[alias]])
    with path.open("ab") as appended, pytest.raises(OutputIsInputError):
        StreamFile(appended.fileno(), "standard output", inputs=[path])
    assert listing(tmp_path) == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputRefusedError, match="is a folder"):
        AtomicFile(tmp_path, force=True)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no /dev/null")
@pytest.mark.parametrize("in_place", [False, True])
def test_a_device_is_never_replaced(in_place: bool) -> None:
    with pytest.raises(OSError, match="is not a regular file"):
        AtomicFile("/dev/null", force=True, in_place=in_place)


@pytest.mark.parametrize(
    ("path", "message"),
    [("no/such/out.rrd", "No such file"), ("old/out.rrd", "Not a directory")],
)
def test_errors_name_the_output(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "old").write_bytes(OLD)
    with pytest.raises(OSError, match=message) as caught:
        AtomicFile(tmp_path / path)
    assert str(caught.value.filename) == str(tmp_path / path)


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    with AtomicFile(path) as file:
        file.write(DATA)
    assert path.read_bytes() == DATA


# Permissions and links ----------------------------------------------------------------------------


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_what_the_umask_leaves(tmp_path: Path, mask: int, mode: int) -> None:
    previous = os.umask(mask)
    try:
        with AtomicFile(tmp_path / "out.rrd", force=True) as file:
            file.write(DATA)
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "out.rrd").stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o400])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out.rrd"
    path.write_bytes(OLD)
    path.chmod(mode)
    with AtomicFile(path, force=True) as file:
        (hidden,) = tmp_path.glob(".*")
        assert stat.S_IMODE(hidden.stat().st_mode) == mode, "nobody else may read it meanwhile"
        file.write(DATA)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() == DATA


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "out.rrd"
    path.write_bytes(OLD)
    os.chown(path, 1234, 2345)
    with AtomicFile(path, in_place=True) as file:
        file.write(DATA)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_what_a_group_was_allowed_is_not_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.rrd"
    path.write_bytes(OLD)
    path.chmod(0o664)
    found = [*path.stat()]
    found[stat.ST_GID] += 1

    def fchown(descriptor: int, _user: int, _group: int) -> None:
        assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o600
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(os, "fchown", fchown)
        sibling = descriptors.Sibling(path, "out.rrd", os.stat_result(found))
    assert stat.S_IMODE(sibling.path.stat().st_mode) == 0o604
    sibling.close()


@pytest.mark.parametrize("exists", [True, False])
def test_links_stay_and_their_target_is_written(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "run.rrd"
    if exists:
        target.write_bytes(OLD)
    link = tmp_path / "link.rrd"
    link.symlink_to(target)
    with AtomicFile(link, force=exists) as file:
        file.write(DATA)
    assert link.readlink() == target
    assert target.read_bytes() == DATA
    assert [*listing(tmp_path)] == ["link.rrd", "there", "there/run.rrd"]


def test_links_that_lead_nowhere_are_an_error(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="symbolic links"):
        AtomicFile(loop)


# In place -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("linkless", [False, True])
def test_backups_never_replace_older_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linkless: bool
) -> None:
    if linkless:
        refuse_links(monkeypatch)
    path = tmp_path / "run.rrd"
    path.write_bytes(b"0")
    path.chmod(0o600)
    (tmp_path / "run.rrd.bak1").symlink_to("nowhere")
    for content in (b"1", b"2", b"3"):
        with AtomicFile(path, in_place=True, keep_backup=True) as file:
            file.write(content)
        assert file.backup is not None
        assert file.backup.read_bytes() == bytes([content[0] - 1])
    assert listing(tmp_path) == {
        "run.rrd": ("-rw-------", b"3"),
        "run.rrd.bak": ("-rw-------", b"0"),
        "run.rrd.bak1": ("lrwxrwxrwx", b"nowhere"),
        "run.rrd.bak2": ("-rw-------", b"1"),
        "run.rrd.bak3": ("-rw-------", b"2"),
    }


def test_a_file_that_changes_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "run.rrd"
    path.write_bytes(OLD)

    def run() -> None:
        with AtomicFile(path, in_place=True, keep_backup=True) as file:
            file.write(DATA)
            with path.open("ab") as logger:
                logger.write(b"one more row")

    with pytest.raises(OSError, match="changed while it was being rewritten"):
        run()
    assert path.read_bytes() == OLD + b"one more row"
    assert [*listing(tmp_path)] == ["run.rrd"]


def test_what_is_missing_cannot_be_rewritten(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        AtomicFile(tmp_path / "run.rrd", in_place=True)
    assert listing(tmp_path) == {}


# Copying ranges -----------------------------------------------------------------------------------


def failing(number: int) -> Callable[..., int]:
    def call(*_args: object) -> int:
        raise OSError(number, os.strerror(number))

    return call


def nothing(*_args: object) -> int:
    return 0


def short_range(source: int, sink: int, count: int, offset: int) -> int:
    return real_range(source, sink, min(count, 7000), offset)


def short_send(sink: int, source: int, offset: int, count: int) -> int:
    return real_send(sink, source, offset, min(count, 7000))


def once_range(source: int, sink: int, count: int, offset: int) -> int:
    """Copies a little and then no longer can, as at the border of what a file system can do."""
    if offset > 3000:
        raise OSError(errno.EINVAL, "Invalid argument")
    return real_range(source, sink, min(count, 7000), offset)


real_range = os.copy_file_range
real_send = os.sendfile

KERNELS: dict[str, tuple[Callable[..., int], Callable[..., int]]] = {
    "able": (real_range, real_send),
    "short": (short_range, short_send),
    "midway": (once_range, failing(errno.EINVAL)),
    "midway, then sendfile": (once_range, short_send),
    "other file system": (failing(errno.EXDEV), real_send),
    "old": (failing(errno.ENOSYS), failing(errno.EINVAL)),
    "says nothing": (nothing, nothing),
}


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("sink", ["file", "append", "pipe", "slow pipe"])
def test_ranges_are_copied_whatever_the_kernel_can(
    kernel: tuple[Callable[..., int], Callable[..., int]],
    sink: str,
    tmp_path: Path,
    source: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "copy_file_range", kernel[0])
    monkeypatch.setattr(os, "sendfile", kernel[1])
    os.lseek(source, 5, os.SEEK_SET)
    pieces = [b"head", (1, 3), (1000, 90_000), b"middle" * 100_000, (0, len(DATA)), b"tail"]
    expected = b"".join(p if isinstance(p, bytes) else DATA[p[0] : sum(p)] for p in pieces)
    with opened(sink, tmp_path) as (file, result):
        for piece in pieces:
            if isinstance(piece, bytes):
                file.write(piece)
            else:
                file.copy_range(source, *piece)
    assert result() == expected
    assert os.lseek(source, 0, os.SEEK_CUR) == 5


@contextlib.contextmanager
def opened(sink: str, folder: Path) -> Generator[tuple[OutputFile, Callable[[], bytes]]]:
    """An output, and what reads it once it is complete."""
    path = folder / "out.rrd"
    if "pipe" in sink:
        reading, writing = os.pipe()
        os.set_blocking(writing, "slow" not in sink)
        received = io.BytesIO()

        def drain() -> None:
            while data := os.read(reading, 1000 if "slow" in sink else 1 << 16):
                received.write(data)

        reader = threading.Thread(target=drain)
        reader.start()
        try:
            with StreamFile(writing, "pipe", owned=True) as stream:
                yield stream, received.getvalue
        finally:
            reader.join()
            os.close(reading)
    elif sink == "append":
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with StreamFile(descriptor, "out.rrd", owned=True) as stream:
            yield stream, path.read_bytes
    else:
        with AtomicFile(path) as file:
            yield file, path.read_bytes


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=100),
            st.integers(1, 400_000).map(bytes),
            st.tuples(st.integers(0, len(DATA)), st.integers(0, len(DATA))),
        ),
        max_size=12,
    )
)
def test_writes_and_copies_keep_their_order(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes | tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    (folder / "in").write_bytes(DATA)
    expected = b""
    with (folder / "in").open("rb") as source, AtomicFile(folder / "out") as file:
        for piece in pieces:
            if isinstance(piece, bytes):
                file.write(memoryview(piece))
                expected += piece
            else:
                start, end = sorted(piece)
                file.copy_range(source.fileno(), start, end - start)
                expected += DATA[start:end]
    assert (folder / "out").read_bytes() == expected


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_source_that_ends_early_is_truncated(tmp_path: Path, source: int, length: int) -> None:
    def run() -> None:
        with AtomicFile(tmp_path / "out.rrd") as file:
            file.copy_range(source, len(DATA) - 5, length)

    with pytest.raises(TruncatedError) as caught:
        run()
    assert caught.value.offset == len(DATA)
    assert listing(tmp_path) == {}


# Streams ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [0, os.O_APPEND], ids=["at the end", "append"])
def test_a_file_of_the_shell_is_cut_back(tmp_path: Path, source: int, flags: int) -> None:
    path = tmp_path / "out.rrd"
    path.write_bytes(OLD)
    descriptor = os.open(path, os.O_WRONLY | flags)
    if not flags:
        os.lseek(descriptor, 0, os.SEEK_END)

    def run() -> None:
        with StreamFile(descriptor, "standard output") as file:
            file.write(DATA)
            file.copy_range(source, 0, len(DATA))
            assert path.stat().st_size > len(OLD)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    os.write(descriptor, b", and more")
    os.close(descriptor)
    assert path.read_bytes() == OLD + b", and more"


def test_what_others_wrote_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "out.rrd"
    with path.open("ab") as shell:
        file = StreamFile(shell.fileno(), "standard output")
        file.write(b"half a file")
        file.flush()
        os.write(shell.fileno(), b"of somebody else")
        file.close()
    assert path.read_bytes() == b"half a fileof somebody else"


def test_errors_of_a_stream_have_its_name() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    file = StreamFile(writing, "standard output", owned=True)
    file.write(DATA)
    with pytest.raises(BrokenPipeError) as caught:
        file.commit()
    assert caught.value.filename == "standard output"
    assert file.closed


def test_pipes_and_devices_are_written_directly(tmp_path: Path, source: int) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(fifo.read_bytes()))
    reader.start()
    with open_output(fifo) as file:
        file.copy_range(source, 0, len(DATA))
    reader.join()
    assert received == [DATA]
    assert [*tmp_path.iterdir()] == [fifo]
    with open_output("/dev/null", inputs=["/dev/null"]) as file:
        file.copy_range(source, 0, len(DATA))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_disk_is_not_overwritten_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stat, "S_ISBLK", stat.S_ISCHR)  # not every machine has a disk to lose
    with pytest.raises(OutputExistsError, match="is a disk"):
        open_output("/dev/null")
    open_output("/dev/null", force=True).close()


def test_a_file_without_a_name_is_written_directly(tmp_path: Path) -> None:
    if not Path("/dev/fd").exists():
        pytest.skip("no /dev/fd")
    path = tmp_path / "gone"
    with path.open("w+b") as opened_file:
        path.unlink()
        with open_output(f"/dev/fd/{opened_file.fileno()}", force=True) as file:
            file.write(DATA)
        assert opened_file.read() == DATA
    assert listing(tmp_path) == {}


def test_regular_files_are_written_atomically(tmp_path: Path) -> None:
    path = tmp_path / "out.rrd"
    with open_output(path) as file:
        assert isinstance(file, AtomicFile)
    with pytest.raises(OutputExistsError):
        open_output(path)
    with pytest.raises(OutputIsInputError):
        open_output(path, force=True, inputs=[path])
    with open_output(path, force=True) as file:
        file.write(DATA)
    assert path.read_bytes() == DATA


# Folders ------------------------------------------------------------------------------------------


def test_a_folder_is_made_and_each_file_stands_for_itself(tmp_path: Path) -> None:
    def run() -> None:
        with OutputFolder(tmp_path / "new" / "parts") as parts:
            with parts.open("a.rrd") as file:
                file.write(b"a")
            assert (tmp_path / "new/parts/a.rrd").exists()
            with parts.open("deep/b.rrd") as file:
                file.write(b"b")
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert [*listing(tmp_path)] == ["new", "new/parts", "new/parts/a.rrd"]


def test_files_that_belong_together_appear_together(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "parts", together=True) as parts:
        for name in ("a.rrd", "b.rrd"):
            with parts.open(name) as file:
                file.write(DATA)
            assert not (tmp_path / "parts" / name).exists()
    assert [*listing(tmp_path)] == ["parts", "parts/a.rrd", "parts/b.rrd"]


def test_files_that_appear_meanwhile_are_not_replaced(tmp_path: Path) -> None:
    def run() -> None:
        with OutputFolder(tmp_path / "parts", together=True) as parts:
            for name in ("a.rrd", "b.rrd"):
                with parts.open(name) as file:
                    file.write(DATA)
            (tmp_path / "parts" / "b.rrd").write_bytes(OLD)

    with pytest.raises(OutputExistsError):
        run()
    assert [*listing(tmp_path)] == ["parts", "parts/b.rrd"]
    assert (tmp_path / "parts/b.rrd").read_bytes() == OLD


def test_a_name_is_written_once(tmp_path: Path) -> None:
    with OutputFolder(tmp_path, force=True) as folder:
        with folder.open("a.rrd") as file:
            file.write(DATA)
        with pytest.raises(ValueError, match="twice"):
            folder.open("./a.rrd").__enter__()
    assert (tmp_path / "a.rrd").read_bytes() == DATA


def test_a_folder_without_files_is_still_made(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "parts"):
        pass
    assert [*listing(tmp_path)] == ["parts"]


def test_folders_that_were_there_stay(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()

    def run() -> None:
        with OutputFolder(tmp_path / "parts"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert [*listing(tmp_path)] == ["parts"]


def test_files_in_a_folder_obey_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "run.rrd"
    path.write_bytes(OLD)
    with OutputFolder(tmp_path) as folder, pytest.raises(OutputExistsError):
        folder.open("run.rrd").__enter__()
    with (
        OutputFolder(tmp_path, force=True, inputs=[path]) as folder,
        pytest.raises(OutputIsInputError),
    ):
        folder.open("run.rrd").__enter__()
    with OutputFolder(tmp_path, force=True) as folder, folder.open("run.rrd") as file:
        file.write(DATA)
    assert path.read_bytes() == DATA
    with pytest.raises(OutputRefusedError, match="is not a folder"):
        OutputFolder(path)


@pytest.mark.parametrize("name", ["", "..", "../a.rrd", "a/../../b.rrd", "/a.rrd", "."])
def test_names_cannot_lead_out_of_a_folder(tmp_path: Path, name: str) -> None:
    with (
        OutputFolder(tmp_path / "parts") as folder,
        pytest.raises(ValueError, match="no name inside a folder"),
    ):
        folder.open(name).__enter__()

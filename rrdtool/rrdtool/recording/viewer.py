"""Connections and viewers: `connect_grpc`, `serve_grpc`, `spawn`, `login`, `logout`.

The viewer is the `rerun` program, wherever the user has it from; nothing of it is in here. How
recordings travel is the business of `rrdtool.sinks.grpc`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rrdtool.recording.blueprints import default_blueprint_messages
from rrdtool.recording.environment import logger
from rrdtool.recording.opening import enabled_pipeline, save

if TYPE_CHECKING:
    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "connect_grpc",
    "login",
    "logout",
    "port_answers",
    "serve_grpc",
    "spawn",
    "viewer_program",
    "wait_for_port",
]

_DEFAULT_PORT = 9876
_START_SEC = 5.0
_LOOK_AGAIN_SEC = 0.1
_WHERE_FROM = (
    "it comes with `pip install rerun-sdk`, `cargo install rerun-cli`, "
    "or from https://rerun.io/docs/getting-started/installing-viewer"
)


_viewers: list[subprocess.Popen[bytes]] = []
"""The viewers that were started. They are the user's: nobody waits for them, nor stops them."""


def connect_grpc(
    url: str | None = None,
    *,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> None:
    """Records to a viewer or another server from now on; returns at once.

    Args:
        url: Its address: `rerun+http://host:port/proxy`, this machine's port 9876 unless given.
        default_blueprint: How viewers show the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.

    Raises:
        RuntimeError: If the address is none, or gRPC is not installed.
    """
    from rrdtool.sinks.grpc import GrpcSink

    pipeline = enabled_pipeline(recording, "connect_grpc")
    if pipeline is not None:
        sink = GrpcSink(url)
        pipeline.attach([sink], default_blueprint_messages(pipeline, default_blueprint))


def serve_grpc(
    *,
    grpc_port: int | None = None,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
    server_memory_limit: str = "1GiB",
    newest_first: bool = False,
    cors_allow_origin: list[str] | None = None,
) -> str:
    """Serves the recording to viewers from now on.

    Args:
        grpc_port: The port; 9876 unless given.
        default_blueprint: How viewers show the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.
        server_memory_limit: What is kept for viewers that come later, `16GB` or `50%`.
        newest_first: Whether those get the newest data before the oldest.
        cors_allow_origin: Web pages that may connect.

    Returns:
        The address to connect to.

    Raises:
        RuntimeError: If the memory limit is none, or gRPC is not installed.
        OverflowError: If the port is none.
    """
    from rrdtool.sinks.grpc import GrpcServerSink

    pipeline = enabled_pipeline(recording, "serve_grpc")
    if pipeline is None:
        return "[rerun is disabled]"
    port = _DEFAULT_PORT if grpc_port is None else grpc_port
    if not 0 <= port <= 0xFFFF:
        raise OverflowError(f"{port} is no port")
    sink = GrpcServerSink(
        port=port,
        server_memory_limit=server_memory_limit,
        newest_first=newest_first,
        cors_allow_origin=cors_allow_origin,
    )
    pipeline.attach([sink], default_blueprint_messages(pipeline, default_blueprint))
    return sink.uri


def viewer_program(name: str = "rerun", path: str | None = None) -> str:
    """The viewer's executable.

    Raises:
        RuntimeError: If there is none; says where to get one.
    """
    if path is not None:
        if os.access(path, os.X_OK) and Path(path).is_file():
            return path
        raise RuntimeError(f"{path} is no program; the viewer is wanted: {_WHERE_FROM}")
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"there is no program {name!r} on the PATH: {_WHERE_FROM}")
    return found


def spawn(
    *,
    port: int = _DEFAULT_PORT,
    connect: bool = True,
    memory_limit: str = "75%",
    server_memory_limit: str = "1GiB",
    hide_welcome_screen: bool = False,
    detach_process: bool = True,
    executable_name: str = "rerun",
    executable_path: str | None = None,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> None:
    """Starts a viewer, and records to it from now on.

    Args:
        port: Where it listens; a viewer that listens there already is used.
        connect: Whether to record to it.
        memory_limit: What the viewer may use, `16GB` or `50%`.
        server_memory_limit: What it keeps for others that connect to it.
        hide_welcome_screen: Whether it shows nothing until there is a recording.
        detach_process: Whether it outlives this program.
        executable_name: What to look for on the PATH.
        executable_path: The program, wherever it is.
        default_blueprint: How it shows the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.

    Raises:
        RuntimeError: If there is no such program; says where to get one.
    """
    forced_path = os.environ.get("_RERUN_TEST_FORCE_SAVE")
    if forced_path is not None:
        save(forced_path, default_blueprint, recording)
        return
    if enabled_pipeline(recording, "spawn") is None:
        return
    if not port_answers(port):
        words = [
            viewer_program(executable_name, executable_path),
            f"--port={port}",
            f"--memory-limit={memory_limit}",
            f"--server-memory-limit={server_memory_limit}",
            "--expect-data-soon",
        ]
        if hide_welcome_screen:
            words.append("--hide-welcome-screen")
        _viewers.append(subprocess.Popen(words, start_new_session=detach_process))
        wait_for_port(port)
    if connect:
        connect_grpc(
            f"rerun+http://127.0.0.1:{port}/proxy",
            default_blueprint=default_blueprint,
            recording=recording,
        )


def port_answers(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(_LOOK_AGAIN_SEC)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for_port(port: int) -> None:
    """Waits some seconds for somebody to listen on a port of this machine; warns if nobody does."""
    until = time.monotonic() + _START_SEC
    while time.monotonic() < until:
        if port_answers(port):
            return
        time.sleep(_LOOK_AGAIN_SEC)
    logger.warning("the viewer does not answer on port %d yet", port)


def login() -> None:
    """Signs in to the hosted catalog, by way of the `rerun` program.

    Raises:
        RuntimeError: If there is no such program, or it fails.
    """
    _authenticate("login")


def logout() -> None:
    """Signs out of the hosted catalog, by way of the `rerun` program.

    Raises:
        RuntimeError: If there is no such program, or it fails.
    """
    _authenticate("logout")


def _authenticate(action: str) -> None:
    done = subprocess.run([viewer_program(), "auth", action], check=False)
    if done.returncode:
        raise RuntimeError(f"`rerun auth {action}` failed with exit code {done.returncode}")

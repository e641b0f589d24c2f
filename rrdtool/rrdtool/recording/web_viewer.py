"""The viewer as a web page, by way of the `rerun` program: `serve_web_viewer` …"""

from __future__ import annotations

import atexit
import subprocess
import urllib.parse

from rrdtool.recording.viewer import port_answers, viewer_program, wait_for_port

__all__ = ["serve_web_viewer", "start_web_viewer_server"]

_DEFAULT_PORT = 9090
_STOP_SEC = 5.0


class _Server:
    """The web server that is running, if one is."""

    process: subprocess.Popen[bytes] | None = None


def start_web_viewer_server(port: int = 0) -> None:
    """Serves the viewer as a web page; one that was served before is served no longer.

    Args:
        port: The port; one that is free unless given.

    Raises:
        RuntimeError: If there is no `rerun` program, or the port is in use.
    """
    _start(port, None)


def serve_web_viewer(
    *, web_port: int | None = None, open_browser: bool = True, connect_to: str | None = None
) -> None:
    """Serves the viewer as a web page, and opens it.

    Args:
        web_port: The port; 9090 unless given.
        open_browser: Whether to open the page.
        connect_to: Address of the recording that the page shows.

    Raises:
        RuntimeError: If there is no `rerun` program, or the port is in use.
    """
    port = _DEFAULT_PORT if web_port is None else web_port
    _start(port, connect_to)
    if open_browser:
        import webbrowser

        query = "" if connect_to is None else "?url=" + urllib.parse.quote(connect_to, safe="")
        wait_for_port(port)
        webbrowser.open(f"http://localhost:{port}{query}")


def _start(port: int, connect_to: str | None) -> None:
    program = viewer_program()
    _stop()
    if port and port_answers(port):
        raise RuntimeError(f"the port {port} is in use")
    # With an address it serves nothing but the page; else it wants a port for recordings, too.
    rest = "--port=0" if connect_to is None else connect_to
    _Server.process = subprocess.Popen(
        [program, "--serve-web", f"--web-viewer-port={port}", rest], stderr=subprocess.DEVNULL
    )
    atexit.register(_stop)


def _stop() -> None:
    process, _Server.process = _Server.process, None
    if process is not None:
        process.terminate()
        process.wait(_STOP_SEC)

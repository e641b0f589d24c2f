"""Recordings in notebooks: `notebook_show`, `legacy_notebook_show`."""

from __future__ import annotations

import base64
import importlib
import importlib.util
import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from rrdtool.recording.blueprints import default_blueprint_messages
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.environment import logger
from rrdtool.sinks.memory import MemoryStorage

if TYPE_CHECKING:
    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "DEFAULT_HEIGHT",
    "DEFAULT_TIMEOUT",
    "DEFAULT_WIDTH",
    "legacy_notebook_show",
    "notebook_show",
]

DEFAULT_WIDTH: Final = 950
DEFAULT_HEIGHT: Final = 712
DEFAULT_TIMEOUT: Final = 2000
_VIEWER_PAGE = "https://app.rerun.io/version/0.41.0"

_PAGE = """<div id="{id}" style="width:{width}px;height:{height}px">
<iframe id="{id}-viewer" src="{app_url}" style="width:100%;height:100%;border:none"></iframe>
<p id="{id}-late" hidden>The viewer at {app_url} does not answer.</p>
</div>
<script>
(() => {{
  const frame = document.getElementById({id_json} + "-viewer");
  const text = atob({rrd_json});
  const rrd = Uint8Array.from(text, (character) => character.charCodeAt(0));
  let answered = false;
  window.addEventListener("message", (event) => {{
    if (event.source !== frame.contentWindow || event.data !== "READY") return;
    answered = true;
    frame.contentWindow.postMessage(rrd, "*");
  }});
  setTimeout(() => {{
    document.getElementById({id_json} + "-late").hidden = answered;
  }}, {timeout_ms});
}})();
</script>"""


def legacy_notebook_show(
    *,
    width: int = DEFAULT_WIDTH,
    height: int = DEFAULT_HEIGHT,
    app_url: str | None = None,
    timeout_ms: int = DEFAULT_TIMEOUT,
    blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> Any:
    """Shows the recording in a notebook cell: a page of its own that holds all data.

    Args:
        width: Width of the viewer (pixels).
        height: Its height (pixels).
        app_url: Address of the viewer's page.
        timeout_ms: How long to wait until saying that it does not answer (milliseconds).
        blueprint: How the viewer shows the recording.
        recording: The recording stream; the current one unless given.

    Returns:
        Without IPython, the page as HTML text; otherwise nothing, as the page is displayed.
    """
    page = _page(width, height, app_url or _VIEWER_PAGE, timeout_ms, blueprint, recording)
    if page is None or importlib.util.find_spec("IPython") is None:
        logger.warning("there is no notebook to show the recording in")
        return page
    display: Any = importlib.import_module("IPython.core.display")
    return importlib.import_module("IPython.display").display(display.HTML(page))


def notebook_show(
    *,
    width: int | None = None,
    height: int | None = None,
    blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> None:
    """Shows the recording in a notebook cell, with all that has been logged so far.

    Args:
        width: Width of the viewer (pixels).
        height: Its height (pixels).
        blueprint: How the viewer shows the recording.
        recording: The recording stream; the current one unless given.

    Raises:
        RuntimeError: If this is no notebook.
    """
    if importlib.util.find_spec("IPython") is None:
        raise RuntimeError("notebook_show needs a notebook: IPython is not installed")
    legacy_notebook_show(
        width=width or DEFAULT_WIDTH,
        height=height or DEFAULT_HEIGHT,
        blueprint=blueprint,
        recording=recording,
    )


def _page(
    width: int,
    height: int,
    app_url: str,
    timeout_ms: int,
    blueprint: BlueprintLike | None,
    recording: RecordingStream | None,
) -> str | None:
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return None
    storage = MemoryStorage("notebook", pipeline)
    pipeline.attach([storage], default_blueprint_messages(pipeline, blueprint))
    storage.flush()
    name = f"rrd-{secrets.token_hex(8)}"
    return _PAGE.format(
        id=name,
        id_json=json.dumps(name),
        rrd_json=json.dumps(base64.b64encode(storage.drain_as_bytes()).decode()),
        width=width,
        height=height,
        app_url=app_url,
        timeout_ms=timeout_ms,
    )

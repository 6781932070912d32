"""Calls commands in a process of its own, which may be killed: ``python -m tests.fuzz.worker``.

Each line of its input is a command and its arguments as JSON, each line of its output what came of
it. Its working directory is that of the files.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
import time
import traceback
from pathlib import Path


def _call(command: str, argv: list[str]) -> dict:
    """Call a command; return its exit code, output, time and memory."""
    module = "anim.render" if command == "render" else f"anim.{command}.__main__"
    main = importlib.import_module(module).main
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", errors=errors, write_through=True)
        for errors in ("strict", "backslashreplace")
    )
    trace, before = "", _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    started = time.process_time()
    sys.stdout, sys.stderr = out, err
    try:
        code = main(argv)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        code, trace = "traceback", traceback.format_exc()[-4000:]
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    return {
        "code": code,
        "out": out.buffer.getvalue().decode("utf-8", "replace")[:200_000],
        "err": err.buffer.getvalue().decode("utf-8", "replace")[:200_000],
        "trace": trace,
        "seconds": time.process_time() - started,
        "bytes": max(_status("VmHWM") - before, 0),
    }


def _status(name: str) -> int:
    """Return a figure of this process in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) << 10


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # What libraries print goes nowhere.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    for module in (
        "anim.render",
        "anim.run",
        "anim.scene.scene",
        "anim.watch.server",
        "anim.report",
    ):
        importlib.import_module(module)
    # A page is shown until a signal: to be shown at all is enough.
    importlib.import_module("anim.watch.server").serve = lambda *_: None
    print("ready", file=answers)
    for line in sys.stdin:
        folder, command, argv = json.loads(line)
        os.chdir(folder)
        print(json.dumps(_call(command, argv)), file=answers)


if __name__ == "__main__":
    _serve()

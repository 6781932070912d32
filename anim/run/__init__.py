"""Runs: what a training left behind, and how it is recorded."""

from anim.errors import RecordingError
from anim.run.about import About
from anim.run.arrays import from_arrays
from anim.run.display import renderers
from anim.run.protocol import RunLike
from anim.run.recalibration import calibrate
from anim.run.recorder import Recorder
from anim.run.reliability import Reliability
from anim.run.replicas import Replicas
from anim.run.run import Run
from anim.run.store.reader import open

__all__ = [
    "About",
    "Recorder",
    "RecordingError",
    "Reliability",
    "Replicas",
    "Run",
    "RunLike",
    "calibrate",
    "from_arrays",
    "open",
    "renderers",
]

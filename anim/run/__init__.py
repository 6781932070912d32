"""Runs: what a training left behind, and how it is recorded."""

from anim.run.cure import calibrate
from anim.run.passes import RecordingError
from anim.run.reader import open
from anim.run.recorder import Recorder, from_arrays
from anim.run.replicas import Replicas, members
from anim.run.run import About, Reliability, Run

__all__ = [
    "About",
    "Recorder",
    "RecordingError",
    "Reliability",
    "Replicas",
    "Run",
    "calibrate",
    "from_arrays",
    "members",
    "open",
]

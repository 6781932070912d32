"""From snapshots to frames: which step is shown when, and what lies between two snapshots."""

from anim.timeline.clock import Moment, Timeline
from anim.timeline.reel import Lane, Reel, Shot
from anim.timeline.track import INTERVAL_NAME, Frame, Track

__all__ = ["INTERVAL_NAME", "Frame", "Lane", "Moment", "Reel", "Shot", "Timeline", "Track"]

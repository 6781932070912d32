"""From snapshots to frames: which step is shown when, and what lies between two snapshots."""

from anim.timeline.clock import Moment, Timeline
from anim.timeline.reel import Lane, Reel, Shot
from anim.timeline.track import Frame, Track

__all__ = ["Frame", "Lane", "Moment", "Reel", "Shot", "Timeline", "Track"]

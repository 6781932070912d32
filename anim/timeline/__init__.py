"""From snapshots to frames: which step is shown when, and what lies between two snapshots."""

from anim.timeline.clock import Moment, Timeline
from anim.timeline.reel import Reel, Shot
from anim.timeline.track import CHANCE, GAP, Frame, Track

__all__ = ["CHANCE", "GAP", "Frame", "Moment", "Reel", "Shot", "Timeline", "Track"]

"""How calm an animation is: pixels that flash, bars that change side, what stands still."""

import numpy as np

from anim.settings import FEWEST

# WCAG 2.2, 2.3.1: opposing changes of 10 % of the largest luminance, the darker below 0.8.
CHANGE, DARKER = 0.1, 0.8
# A flash is a pair of opposing changes; so many within a second are counted, where WCAG has more.
FLASHES = 3
# Relative luminance of sRGB: of each 8-bit value, and of red, green and blue.
_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
_WEIGHTS = np.float32([0.2126, 0.7152, 0.0722])


def luminance(frame):
    """Return the relative luminance of RGB pixels [H, W, 3 or 4], averaged over 2 x 2."""
    bright = _LINEAR[frame[..., 0]] * _WEIGHTS[0]
    for part in (1, 2):
        bright += _LINEAR[frame[..., part]] * _WEIGHTS[part]
    height, width = (side // 2 * 2 for side in bright.shape)
    return bright[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3))


class Flashing:
    """Which pixels flash, told frame by frame.

    Args:
        flashes: how many pairs of opposing changes within a second are too many.
    """

    def __init__(self, flashes=FLASHES):
        self._changes = 2 * flashes
        self.pixels = None

    def see(self, frame, time):
        """Take a frame, RGB [H, W, 3 or 4] uint8, that is shown at a time in seconds.

        A change begins where the one before ended; its time is when it is large enough.
        """
        now = luminance(frame)
        if self.pixels is None:
            self.pixels = np.zeros(now.shape, bool)
            self._low, self._high = now.copy(), now.copy()
            self._way = np.zeros(now.shape, np.int8)
            # Times of the last changes, the oldest first.
            self._last = np.full((self._changes, *now.shape), -np.inf, np.float32)
            return
        np.minimum(self._low, now, out=self._low)
        np.maximum(self._high, now, out=self._high)
        rises = (self._way <= 0) & (now - self._low >= CHANGE) & (self._low < DARKER)
        falls = (self._way >= 0) & (self._high - now >= CHANGE) & (now < DARKER)
        at = np.nonzero(rises | falls)
        if len(at[0]):
            self._last[:-1, *at] = self._last[1:, *at]
            self._last[-1, *at] = time
            self.pixels[at] |= time - self._last[0, *at] < 1 - 1e-4
            self._low[at] = self._high[at] = now[at]
            self._way[rises], self._way[falls] = 1, -1

    @property
    def share(self):
        """The share of the pixels that flashed."""
        return 0.0 if self.pixels is None else float(self.pixels.mean())


def seen(reel, scene, *, flashes=(FLASHES,)):
    """Return what `Flashing` tells of an animation with what a loop has at its beginning.

    Args:
        reel, scene: to draw.
        flashes: for each number of them.
    """
    clock, found = reel.clock, [Flashing(one) for one in flashes]
    shots = list(reel)
    time, lead = 0.0, clock.lead / clock.fps
    for one in found:
        one.see(scene.draw(shots[-1]), 0.0)
    for shot in shots:
        pixels = scene.draw(shot)
        for one in found:
            one.see(pixels, lead + time)
        time += shot.moment.ticks / clock.fps
    return found


def sides(reel, rank=0):
    """Return how many bars change side a second, and how many from full to full colour.

    Bars of a key and the next one are compared; those whose gap chance may make are pale.
    """
    lane, keys = reel.lanes[rank], reel.clock.keys
    rows, track = lane.shown[keys], lane.track
    is_bar = track.counts[rows] >= FEWEST
    gaps = np.where(is_bar, (track.shares - track.ideals)[rows], 0.0)
    low, high = np.moveaxis(track.band[rows], 1, 0) if track.band is not None else (0, 0)
    shares = track.shares[rows]
    full = np.where(is_bar, np.where(shares > high, 1, np.where(shares < low, -1, 0)), 0)
    changed, from_full = (
        (np.sign(one[1:]) * np.sign(one[:-1]) < 0).sum() / reel.clock.seconds
        for one in (gaps, full)
    )
    return changed, from_full


def still_pixels(scene, beyond=5):
    """Return which pixels [H, W] show neither data, nor a number of a sentence, clock or verdict.

    Args:
        scene: its axes are those that show data. It has drawn nothing: its texts are the widest.
        beyond: how many pixels of the reference design heads of lines reach out of their axes.
    """
    height, width = (round(side) for side in scene.figure.bbox.size[::-1])
    beyond *= max(width / 768, height / 600, 0.65)
    boxes = [axes.bbox.padded(beyond) for axes in scene.figure.axes]
    # Columns that are cut say their numbers above them.
    boxes += [
        axes.bbox.padded(beyond, 4 * beyond)
        for axes in scene.figure.axes
        if any(text.get_animated() and text.get_position()[1] >= 1 for text in axes.texts)
    ]
    changing = [text for text in scene.figure.texts if text.get_animated()]
    boxes += [text.get_window_extent().padded(2) for text in changing]
    is_still = np.ones((height, width), bool)
    for box in boxes:
        top, bottom = int(max(height - box.y1, 0)), int(np.ceil(height - box.y0))
        is_still[top:bottom, int(max(box.x0, 0)) : int(np.ceil(box.x1))] = False
    return is_still

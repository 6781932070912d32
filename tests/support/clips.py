"""Animations for tests of formats, and functions that decode them."""

import av
import numpy as np
from PIL import Image

import anim
from anim.encode import FORMATS, Clip, Encoders, animation_writer, suffixes
from anim.settings import Picture
from anim.timeline import Timeline
from tests.support.seeing import compose

ANIMATED = suffixes("animation")
IMAGES = tuple(form.suffix for form in FORMATS.values() if form.shown_as == "moving image")
WITH_ALPHA = tuple(suffix for suffix in ANIMATED if FORMATS[suffix].can_be_transparent)
SHORT = {"size": (320, 240), "seconds": 0.6, "hold": 0.4}
BLUE = (0, 114, 178, 255)
TWO_SECONDS = {"seconds": 2, "hold": 0.5}
COMMENT = '{"title": "Grüße, 漢字 <&> (x) \\\\ \\n", "caption": "' + "long " * 300 + '"}'


def a_run(snapshots=6, examples=2000):
    """Return a run with two classes whose logits move apart."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, examples)
    noise = rng.normal(size=(snapshots, examples))
    margin = noise + (2 * labels - 1) * np.arange(snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots) * 10, labels, probs=1 / (1 + np.exp(-margin)))


def drawn(**picture):
    """Return the frames as they are drawn, [H, W, 4], each repeated for its ticks."""
    reel, scene = compose([a_run()], Picture(**SHORT, **picture))
    frames = [(scene.draw(shot).copy(), shot.moment.ticks) for shot in reel]
    return [frame for frame, ticks in frames for _ in range(ticks)]


def looped(frames, fps=25):
    """Return frames in the order of a format that loops: it begins with 0.6 s of the last one."""
    reel, _ = compose([a_run()], Picture(**SHORT, fps=fps))
    lead = reel.clock.lead
    return [frames[-1]] * lead + frames[: len(frames) - lead]


def drawn_with_colours(run, *, loops=True, **picture):
    """Return the frames of a GIF or a video, [H, W, 3], as often as shown, and flat colours."""
    reel, scene = compose([run], Picture(**TWO_SECONDS, **picture))
    frames = [(scene.draw(shot)[..., :3].copy(), shot.moment.ticks) for shot in reel]
    flat = {tuple(colour) for colour in scene.flat_colours().tolist()}
    shown = [frame for frame, ticks in frames for _ in range(ticks)]
    lead = reel.clock.lead if loops else 0
    return [shown[-1]] * lead + shown[: len(shown) - lead], flat


def by_pillow(path, mode="RGB"):
    """Return the pictures of an animated image and their durations in milliseconds."""
    with Image.open(path) as image:
        pictures, durations = [], []
        for k in range(image.n_frames):
            image.seek(k)
            pictures.append(np.asarray(image.convert(mode)))
            durations.append(image.info["duration"])
    return pictures, durations


def is_flat(frame, flat):
    """Return which pixels [H, W] of a frame have one of the flat colours."""

    def packed(colours):
        return np.asarray(colours, np.int64) @ [1 << 16, 1 << 8, 1]

    return np.isin(packed(frame), packed(sorted(flat)))


def by_ffmpeg(path, form="rgb24"):
    """Return the pictures and the time in seconds at which each begins."""
    with av.open(path) as container:
        # An AVIF also contains its first picture as a still.
        stream = max(container.streams.video, key=lambda stream: stream.frames)
        decoded = list(container.decode(stream))
        return [frame.to_ndarray(format=form) for frame in decoded], [f.time for f in decoded]


def shown_at(times, begins):
    """Return the index of the picture that is shown at each time."""
    return np.searchsorted(np.round(begins, 4), np.round(times, 4), side="right") - 1


def psnr(one, other):
    error = np.square(np.asarray(one, float) - other).mean()
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def luma(rgb):
    return np.asarray(rgb, float) @ [0.2126, 0.7152, 0.0722]


def a_timeline(fps=25, seconds=0.4, hold=0.2):
    return Timeline(np.arange(3), fps=fps, seconds=seconds, hold=hold)


def frames_of(timeline, size=(64, 48)):
    """Yield a growing bar, [H, W, 4], and the ticks of each frame."""
    width, height = size
    for k, moment in enumerate(timeline):
        frame = np.full((height, width, 4), 255, np.uint8)
        frame[4, 2 : 4 + k % width] = frame[height - 4 - k % 40 : height - 4, 8:24] = BLUE
        yield frame, moment.ticks


def write(path, timeline=None, frames=None, size=(64, 48), samples=None, exact=None, **clip):
    """Write an animation of frames."""
    timeline = timeline or a_timeline()
    frames = frames or frames_of(timeline, size)
    clip = Clip(size, timeline, **clip)
    samples = samples or [frame for frame, _ in frames_of(timeline, size)]
    exact = np.array([[255, 255, 255], [0, 114, 178]]) if exact is None else exact
    writer = animation_writer(path, clip, samples, exact)
    with Encoders([writer]) as encoders:
        for frame, ticks in frames:
            encoders.write(frame, ticks)
    writer.commit()

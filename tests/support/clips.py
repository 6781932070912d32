"""Animations for tests of formats, and how they are decoded again."""

import av
import numpy as np
from PIL import Image

import anim
from anim.encode import Clip, Encoders, animation_writer
from anim.settings import Picture
from anim.timeline import Timeline
from tests.support.seeing import compose

ANIMATED = (".gif", ".mp4", ".webm", ".webp", ".apng", ".avif")


IMAGES = (".gif", ".webp", ".apng", ".avif")


WITH_ALPHA = (".webp", ".apng", ".avif", ".webm")


SHORT = {"size": (320, 240), "seconds": 0.6, "hold": 0.4}


def a_run(snapshots=6):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 2000)
    margin = rng.normal(size=(snapshots, 2000)) + (2 * labels - 1) * np.arange(snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots) * 10, labels, probs=1 / (1 + np.exp(-margin)))


def drawn(**picture):
    """The frames as they were drawn, RGBA, each as often as it is shown."""
    reel, scene = compose([a_run()], Picture(**SHORT, **picture))
    frames = [(scene.draw(shot).copy(), shot.moment.ticks) for shot in reel]
    return [frame for frame, ticks in frames for _ in range(ticks)]


def by_pillow(path, mode="RGB"):
    """Pictures of an animated image, and their durations in milliseconds."""
    with Image.open(path) as image:
        pictures, durations = [], []
        for k in range(image.n_frames):
            image.seek(k)
            pictures.append(np.asarray(image.convert(mode)))
            durations.append(image.info["duration"])
    return pictures, durations


def by_ffmpeg(path, form="rgb24"):
    """Pictures, and when each begins, in seconds."""
    with av.open(path) as container:
        # An AVIF has its first picture as a still, too.
        stream = max(container.streams.video, key=lambda stream: stream.frames)
        decoded = list(container.decode(stream))
        return [frame.to_ndarray(format=form) for frame in decoded], [f.time for f in decoded]


def shown_at(times, begins):
    """Which picture is shown at each time."""
    return np.searchsorted(np.round(begins, 4), np.round(times, 4), side="right") - 1


def psnr(one, other):
    error = np.square(np.asarray(one, float) - other).mean()
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def luma(rgb):
    return np.asarray(rgb, float) @ [0.2126, 0.7152, 0.0722]


def a_timeline(fps=25, seconds=0.4, hold=0.2):
    return Timeline(np.arange(3), fps=fps, seconds=seconds, hold=hold)


def frames_of(timeline, size=(64, 48)):
    """A bar that grows, a frame for each moment: RGBA [H, W, 4]."""
    width, height = size
    for k, moment in enumerate(timeline):
        frame = np.full((height, width, 4), 255, np.uint8)
        frame[4, 2 : 4 + k % width] = frame[height - 4 - k % 40 : height - 4, 8:24] = (
            0,
            114,
            178,
            255,
        )
        yield frame, moment.ticks


def write(path, timeline=None, frames=None, size=(64, 48), samples=None, exact=None, **clip):
    """Writes an animation of frames."""
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

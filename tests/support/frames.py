"""Frames to compare pictures with. After an intended change, write them anew and look at them:

python -m tests.support.frames
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib import ft2font
from matplotlib.text import Annotation
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import anim
from anim.settings import Picture
from tests.support.predictions import model
from tests.support.seeing import compose

FOLDER = Path(__file__).parent.parent / "scene" / "frames"

PICTURES = {
    "light": {"intervals": True, "bins": 10},
    "dark": {"theme": "dark", "view": "confidence", "panels": ("reliability", "counts")},
    "paper": {"theme": "paper", "curve": "isotonic", "size": (328, 300)},
    "strips": {"panels": ("accuracy", "ece", "loss"), "pace": "log", "size": (320, 300)},
    "recalibrated": {"calibrate": "temperature", "size": (520, 420)},
    "small": {"size": (320, 240)},
}


def has_our_letters():
    """Return whether the FreeType of this matplotlib drew the kept frames.

    Other releases of FreeType give letters other widths and edges.
    """
    with Image.open(FOLDER / "light.png") as image:
        return image.text["FreeType"] == ft2font.__freetype_version__


# For tests of pixels of letters: letters of another FreeType are no fault of ours.
with_our_letters = pytest.mark.skipif(
    not has_our_letters(),
    reason="another FreeType drew the kept frames: python -m tests.support.frames",
)


@cache
def a_run():
    """Return a run of four snapshots, under-confident first and over-confident at the end."""
    logits, labels = model(600, seed=3)
    with anim.Recorder(labels=labels) as recorder:
        for step, sharpness, loss in ((0, 0.3, 0.7), (20, 1, 0.5), (100, 2, 0.3), (400, 4, 0.2)):
            scores = logits * sharpness
            recorder.snapshot(step, logits=scores, metrics={"train_loss": loss})
    return recorder.run()


def drawn(name):
    """Return the frame of a picture at 0.6 of its time, uint8 RGB [H, W, 3], and its scene."""
    reel, scene = compose([a_run()], Picture(**{"size": (480, 400), **PICTURES[name]}))
    return scene.draw(reel.at_position(0.6))[..., :3].copy(), scene


def kept(name):
    """Return the frame to compare with, uint8 RGB [H, W, 3]."""
    with Image.open(FOLDER / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def numbers_of(axes):
    """Return the texts beside drawn axes, to their left and below them."""
    texts = [text for text in axes.texts if isinstance(text, Annotation) and text.get_visible()]
    return [[text for text in texts if text.get_text() and text.xyann[at] < 0] for at in (0, 1)]


def without_texts(frame, texts):
    """Return a copy of a frame [H, W, 3] without texts that are drawn there."""
    frame, height = frame.copy(), frame.shape[0]
    for text in texts:
        (left, bottom), (right, top) = text.get_window_extent().get_points()
        first, last = int(height - top), int(height - bottom)
        frame[first : last + 1, int(left) : int(right) + 1] = frame[0, 0]
    return frame


def main():
    FOLDER.mkdir(exist_ok=True)
    facts = PngInfo()
    facts.add_text("FreeType", ft2font.__freetype_version__)
    for name in PICTURES:
        Image.fromarray(drawn(name)[0]).save(FOLDER / f"{name}.png", optimize=True, pnginfo=facts)


if __name__ == "__main__":
    main()

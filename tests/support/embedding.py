"""Files to embed, and a parser of the snippets."""

import json
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
from PIL import Image, PngImagePlugin

import anim

HOSTILE = {
    "title": '"><script>alert(1)</script>',
    "caption": "a_b *c* [d](e) {f} & 100 %",
    "alt": '" onload="alert(2)" ] | <b> {x} `y` \\',
    "width": 320,
    "height": 240,
}


def a_run(seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 500)
    margin = rng.normal(size=(4, 500)) + (2 * labels - 1) * np.arange(4)[:, None]
    return anim.from_arrays(np.arange(4) * 5, labels, probs=1 / (1 + np.exp(-margin)))


class Tags(HTMLParser):
    """The attributes of the first element of each tag."""

    def __init__(self, text):
        super().__init__()
        self.found = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.setdefault(tag, dict(attributes))


def command(*arguments, cwd):
    """Run ``python -m anim.embed``; warnings are errors."""
    call = [sys.executable, "-W", "error", "-m", "anim.embed", *arguments]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True)


def said(path, **about):
    """Write an image with a description, in the format of its name."""
    text = json.dumps({"alt": "It learns", "width": 30, "height": 20} | about)
    kind = path.suffix.removeprefix(".").upper().replace("APNG", "PNG")
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", text)
    options = {"comment": text} if kind == "GIF" else {"pnginfo": texts} if kind == "PNG" else {}
    Image.new("RGB", (60, 40)).save(path, kind, **options)
    return path

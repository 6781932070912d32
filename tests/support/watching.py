"""What a browser hears of a run that is watched."""

import base64
import json
import zlib

import numpy as np

import anim

LABELS = np.arange(2000) % 2


def logits(step):
    values = np.random.default_rng(step).normal(size=(2000, 2)).astype(np.float32)
    values[np.arange(2000), LABELS] += 0.2 * step
    return values


def record(path, steps, **options):
    with anim.Recorder(path, labels=LABELS, **options) as recorder:
        for step in steps:
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})


def read_events(lines):
    name = None
    for line in lines:
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def steps_of(data):
    return data["runs"][0]["steps"]


def unpacked(data, view=0, rank=0):
    """The arrays of a page's data in one view: what anim/page/player/model.mjs does, in Python."""
    found, numbers = {}, iter(zlib.decompress(base64.b64decode(data["packed"])))

    def whole():
        value, shift, octet = 0, 0, 128
        while octet >= 128:
            octet = next(numbers)
            value |= (octet & 127) << shift
            shift += 7
        return -(value + 1) // 2 if value % 2 else value // 2

    for name, (rows, *rest), per in data["arrays"]:
        columns = int(np.prod(rest))
        differences = np.array([[whole() for _ in range(rows)] for _ in range(columns)])
        values = differences.cumsum(1).T
        found[name] = np.where(values > 0, (values - 1) / per, np.nan).reshape(rows, *rest)
    prefix = f"{view}/{rank}/"
    return {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}


class Browser:
    """What a browser would have of the events, joined."""

    def __init__(self):
        self.heard, self.parts = [], []

    def hear(self, name, data):
        self.heard.append((name, data["text"] if name == "state" else steps_of(data)))
        if name != "state":
            self.parts = [*([] if name == "whole" else self.parts), data]

    @property
    def steps(self):
        return [step for part in self.parts for step in steps_of(part)]

    def joined(self, name, view=0, rank=0):
        return np.concatenate([unpacked(part, view, rank)[name] for part in self.parts])

    def series(self, name, rank=0):
        lists = [part["runs"][rank]["series"][name] for part in self.parts]
        return np.array([value for part in lists for value in part], float)


def check_numbers(browser, run):
    """It has what the run has, in both views."""
    assert browser.steps == run.steps.tolist()
    for view, name in enumerate(("score", "confidence")):
        bins = run.reliability(name)
        np.testing.assert_array_equal(browser.joined("counts", view), bins.counts)
        np.testing.assert_array_equal(browser.joined("hits", view), bins.hits)
        means = browser.joined("confidences", view)
        np.testing.assert_allclose(means, bins.confidence, atol=1e-6)
    for name in ("accuracy", "ece"):
        np.testing.assert_allclose(browser.series(name), run.metrics()[name], rtol=1e-6)

"""Recordings to watch, and what a browser receives of them."""

import json

import numpy as np

import anim
from tests.support.packing import unpack

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
    """The steps of the snapshots whose bins are sent."""
    rows = len(unpacked(data)["counts"])
    return data["runs"][0]["steps"][-rows:]


def unpacked(data, view=0, rank=0):
    """The arrays of a page's data in one view, by name."""
    found, prefix = unpack(data["packed"], data["arrays"]), f"views/{view}/{rank}/"
    return {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}


def lines_of(data, title):
    """The places of the lines of a strip, by the rank of their run, and its numbers."""
    arrays = unpack(data["packed"], data["arrays"])
    ((number, strip),) = [
        (number, strip) for number, strip in enumerate(data["strips"]) if strip["title"] == title
    ]
    lines = {
        line["rank"]: arrays[f"strips/{number}/{at}/y"] for at, line in enumerate(strip["lines"])
    }
    return lines, strip["values"]


class Browser:
    """Joins the events as a browser does."""

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

    def said(self, view=0, rank=0):
        """The numbers of the sentence on each snapshot."""
        numbers = self.parts[-1]["views"][view]["numbers"][rank]
        return [[numbers["texts"][at] for at in row] for row in numbers["rows"]]


def check_numbers(browser, run):
    """Assert that a browser has the numbers of the run, in both views."""
    assert browser.steps == run.steps.tolist()
    for view, name in enumerate(("score", "confidence")):
        number = len(browser.parts[-1]["views"][view]["runs"][0]["edges"]) - 1
        bins = run.reliability(name, bins=number)
        np.testing.assert_array_equal(browser.joined("counts", view), bins.counts)
        np.testing.assert_array_equal(browser.joined("hits", view), bins.hits)
        means = browser.joined("confidences", view)
        np.testing.assert_allclose(means, bins.confidence, atol=1e-6)
    expected = [f"{100 * share:.0f}\u00a0%" for share in run.metrics()["accuracy"]]
    assert [right for _, right, _ in browser.said()] == expected
    assert browser.parts[-1]["clock"]["steps"] == run.steps.tolist()

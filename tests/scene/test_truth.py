"""Every number, bar, dot and line of every frame, against the raw predictions."""

import itertools
import re

import numpy as np
import pytest

from anim.compose import alternative
from anim.settings import Picture
from tests.support.stories import trained
from tests.support.truth import NUMBER, Drawn, is_rounded, raw

SMALL = {"fps": 10}
CASES = {
    "score": ("small", SMALL),
    "confidence": ("small", {**SMALL, "view": "confidence"}),
    "class": ("small", {**SMALL, "view": "class:is_xor", "bins": 12, "theme": "dark"}),
    "smooth": ("small", {**SMALL, "curve": "smooth"}),
    "paper": ("small", {**SMALL, "theme": "paper", "scale": 2}),
}
DEFAULTS = {
    "xor": ("xor", {}),
    "digits": ("digits", {}),
    "digits, class": ("digits", {"view": "class:3"}),
    "breast-cancer": ("breast-cancer", {}),
    "by heart": ("by heart", {}),
}
slow = pytest.mark.slow
of_cases = pytest.mark.parametrize(
    "case",
    [
        *(pytest.param(case, id=name) for name, case in CASES.items()),
        *(pytest.param(case, id=name, marks=slow) for name, case in DEFAULTS.items()),
    ],
)


@pytest.mark.slow
@of_cases
def test_every_frame_is_true(case):
    name, options = case
    run = trained(name, 24 if name == "small" else 100)
    drawn = Drawn(run, Picture(**options))
    bins, steps = drawn.track.counts.shape[1], drawn.reel.clock.steps
    is_smooth = drawn.track.curve is not None
    known = [raw(run, i, drawn.view, bins, is_smooth=is_smooth) for i in range(len(run))]
    rested = 0
    for shot in drawn.reel:
        drawn.draw(shot)
        told = known[shot.moment.index]
        assert run.steps[shot.moment.index] == steps[shot.moment.index]
        check_texts(drawn, told, steps[shot.moment.index])
        check_head(drawn, shot, [one.accuracy for one in known])
        if shot.moment.fraction == 0:
            rested += 1
            check_dots(drawn, told)
            check_bars(drawn, told, shot.frames[0])
    assert rested >= 0.8 * len(drawn.reel.clock.keys)
    check_alternative(drawn, known)


def check_texts(drawn, told, step):
    clock, says, right, misses, *verdict = drawn.texts()
    assert clock == str(int(step / drawn.subject.steps_per_unit + 1e-9))
    assert is_rounded(says, told.says)
    assert is_rounded(right, told.right)
    assert is_rounded(misses, told.misses)
    assert not any(verdict) or step == drawn.reel.clock.steps[-1]


def check_dots(drawn, told):
    """Assert that of a hundred dots as many are black as wrong ones, rounded."""
    if drawn.panel.dots is None:
        return
    grid = drawn.grid()
    wrong = 0 if drawn.subject.class_name else int(np.floor(100 * (1 - told.accuracy) + 0.5 + 1e-9))
    assert [(grid >= 0).sum(), (grid == 1).sum()] == [100, wrong]


def check_bars(drawn, told, frame):
    """Assert that the coloured height of bars is that of their gaps, in their colour.

    Caps and the ideal line lie on it, half of each.
    """
    pixels, bars = drawn.box(drawn.bars), drawn.panel.bars
    is_under, is_over = (drawn.coverage(pixels, name) for name in ("under", "over"))
    if bars is None:
        check_curve(drawn, frame, is_under, is_over)
        return
    tall, wide = pixels.shape[:2]
    marks = bars.at(frame)
    assert (marks.presence == (told.counts >= 5)).all()
    edges = np.maximum(np.linspace(0, 1, len(told.counts) + 1), drawn.panel.x.low)
    for k in np.flatnonzero(told.counts >= 5):
        inside = drawn.panel.x.place(edges[[k, k + 1]]) * wide
        left, right = round(marks.x[k, 0] * wide), round(marks.x[k, 2] * wide)
        assert inside[0] - 0.5 <= left < right <= inside[1] + 0.5
        share = marks.x[k, 0] + (marks.x[k, 2] - marks.x[k, 0]) * (np.arange(40) + 0.5) / 40
        line = np.interp(share, marks.x[k], marks.line[k])
        assert line.mean() == pytest.approx(ideal_between(drawn, share), abs=0.03)
        top = np.clip(line + told.gaps[k], 0, 1)
        height = np.abs(top - line).mean() * tall
        # Cap and line are two pixels thick, the line upright ones of its slope.
        slope = np.abs(np.diff(drawn.panel.line[1]) / np.diff(drawn.panel.line[0]))[0] * tall / wide
        covered = drawn.unit * drawn.theme.measures.stroke * (1 + np.hypot(1, slope))
        seen = [part[:, left:right].sum() / (right - left) for part in (is_under, is_over)]
        mine, other = seen if told.gaps[k] > 0 else seen[::-1]
        assert mine == pytest.approx(max(height - covered, 0), abs=1), (k, height, covered)
        assert other < 0.05


def ideal_between(drawn, places):
    low = drawn.panel.x.low
    scores = low + places * (1 - low)
    return np.mean(np.maximum(scores, 1 - scores) if drawn.subject.is_folded else scores)


def check_curve(drawn, frame, is_under, is_over):
    """Assert that the coloured area is that between curve and line, on its side of it."""
    tall, wide = is_under.shape
    marks = drawn.panel.curve.at(frame)
    for part, sign in ((is_under, 1), (is_over, -1)):
        height = np.clip(sign * (marks.top - marks.line), 0, 1) * (marks.presence > 0)
        height = np.interp((np.arange(wide) + 0.5) / wide, marks.x, height) * tall
        seen = part.sum(0)
        assert (seen <= height + 1.5).all()
        # Half of the line and of the curve lie on it: where that is steep, more.
        large = height > 8
        away = np.append(np.abs(seen - height)[large], [0, 0])
        assert np.median(away) < 4


def check_head(drawn, shot, accuracy):
    """Assert that the head of the strip lies on the recorded values, between two of them too."""
    pixels, axis = drawn.box(drawn.line), drawn.strip.axis
    tall, wide = pixels.shape[:2]
    steps = drawn.reel.clock.steps
    position = shot.moment.position
    step = steps[0] + position * (steps[-1] - steps[0])
    before, after = (steps[i] for i in (shot.moment.index, shot.moment.following))
    assert before - 1e-6 <= step <= after + 1e-6
    height = float(axis.place(np.interp(step, steps, accuracy))) * tall
    # Right of the line's end, and of what is dotted there, is the head alone.
    column = min(int(position * wide + 1.5 * drawn.unit), wide - 1)
    near = np.flatnonzero(drawn.is_colour(pixels[:, column], "cap"))
    near = near[np.abs(near + 0.5 - height) < 6 * drawn.unit]
    assert len(near) >= 2
    assert near.mean() + 0.5 == pytest.approx(height, abs=1.2)


def check_alternative(drawn, known):
    """Assert that the alternative text says the last numbers, and else what is first or extreme."""
    text = alternative(drawn.reel, drawn.subject, drawn.picture)
    said = re.findall(NUMBER, text)
    assert set(drawn.texts()[1:4]) <= set(said)
    series = [[getattr(one, name) for one in known] for name in ("says", "right", "misses")]
    values = [pick for one in series for pick in (one[0], one[-1], min(one), max(one))]
    for number in said:
        assert any(is_rounded(number, value) for value in values), (number, text)
    units = int(drawn.reel.clock.steps[-1] / drawn.subject.steps_per_unit)
    assert f" {units} {drawn.subject.unit_name}s" in text


def test_keys_are_real_snapshots_at_whole_beats():
    run = trained("small", 24)
    drawn = Drawn(run, Picture(**SMALL))
    assert set(drawn.reel.clock.steps[drawn.reel.clock.keys]) <= set(run.steps.tolist())
    shown = [shot.moment.index for shot in drawn.reel]
    assert all(one <= other for one, other in itertools.pairwise(shown))
    assert set(shown) == set(drawn.reel.clock.keys.tolist())

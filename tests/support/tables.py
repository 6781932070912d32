"""Tables of predictions to record, what became of them, and accuracies counted by pandas."""

import numpy as np
import pandas as pd

import anim
from anim.record.__main__ import main

_RNG = np.random.default_rng(5)
# Probabilities of three classes with labels that agree with most of them.
PROBS = np.round(_RNG.dirichlet([0.6, 0.6, 0.6], 60), 6)
PROBS[:, 2] = np.round(1 - PROBS[:, 0] - PROBS[:, 1], 6)
LABELS = np.where(_RNG.random(60) < 0.8, PROBS.argmax(1), _RNG.integers(0, 3, 60))
ACCURACY = float((PROBS.argmax(1) == LABELS).mean())


def frame(names, labels=LABELS, label="label", **more):
    """A data frame of the probabilities in columns of these names, and the labels."""
    table = pd.DataFrame(dict(zip(names, PROBS.T, strict=True)))
    return table.assign(**{label: labels, **more})


def save(folder, content, name="table.csv"):
    """Write a data frame, a text or bytes to a file."""
    path = folder / name
    if isinstance(content, pd.DataFrame):
        content = content.to_csv(index=False)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def recorded(folder, content, *options, name="table.csv"):
    """The run that the command makes of a table."""
    path = save(folder, content, name)
    assert main(["--out", str(folder / "run"), "--overwrite", str(path), *options]) == 0
    return anim.open(folder / "run")


def refused(folder, capsys, content, *options, name="table.csv"):
    """The one line with which the command refuses a table."""
    path = save(folder, content, name)
    try:
        main(["--out", str(folder / "run"), str(path), *options])
    except SystemExit as stop:
        assert stop.code == 2
    output = capsys.readouterr()
    assert output.err.count("\n") == 1, output
    assert not (folder / "run").exists()
    return output.err


def accuracy(run, i=0):
    """The accuracy of a snapshot, from what was recorded."""
    snapshot = run.snapshots[i]
    if run.kind == "confidence":
        return float(snapshot["correct"].mean())
    return float((snapshot[run.kind].argmax(1) == run.labels).mean())

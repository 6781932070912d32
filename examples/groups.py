"""Calibrated as a whole, and at no single site: the same signs tell more at some than at others.

Then `python -m anim.report runs/sites` has a row for each site, and names the worst one.
"""

import numpy as np

import anim

# How much the features tell at each site, which the model is not told.
SITES = {"city": 1.0, "coast": 0.6, "hills": 1.7}
WEIGHTS = np.array([1.0, -0.8, 0.5, 0.3])
rng = np.random.default_rng(0)


def examples(count):
    """Features [N, 4], labels [N] and the site [N] of each example."""
    site = rng.choice([*SITES], count, p=[0.4, 0.35, 0.25])
    x = rng.normal(size=(count, 4))
    chance = 1 / (1 + np.exp(-1.5 * x @ WEIGHTS * np.vectorize(SITES.get)(site)))
    return x, (rng.random(count) < chance).astype(int), site


x_train, y_train, _ = examples(4000)
x_val, y_val, site = examples(3000)
weights = 2 * rng.normal(size=4)

with anim.Recorder(
    "runs/sites", labels=y_val, classes=["healthy", "ill"], groups={"site": site}, overwrite=True
) as recorder:
    for step in range(101):
        recorder.snapshot(step, logits=x_val @ weights)
        errors = 1 / (1 + np.exp(-x_train @ weights)) - y_train
        weights -= 0.5 * errors @ x_train / len(x_train)

run = anim.open("runs/sites")
anim.animate(run, "whole.png", title="All sites together: calibrated", bins=12)
anim.animate(run, "groups.png", "groups.gif", by="site", bins=12, title="Site by site")
for name, part in run.by_group().items():
    print(f"{name}: {len(part.labels)} points, gap {part.gap()[-1]:+.3f}")

"""A test that is right in the clinic, and far too sure in a screening: weights of examples.

Four of ten patients that were sent to the clinic have cancer; in a screening it is one of a
hundred. Weights make the same patients count as often as they would come there.
"""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler

import anim

x, y = load_breast_cancer(return_X_y=True)
x, y = StandardScaler().fit_transform(x), 1 - y  # 1 is malignant
order = np.random.default_rng(0).permutation(len(y))
train, val = order[:200], order[200:]

share, in_screening = y[val].mean(), 0.01
weights = np.where(y[val] == 1, in_screening / share, (1 - in_screening) / (1 - share))

model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.002, random_state=0)
given = {"labels": y[val], "classes": ["benign", "malignant"]}
clinic, screening = anim.Recorder(**given), anim.Recorder(**given, weights=weights)
for epoch in range(40):
    model.partial_fit(x[train], y[train], classes=[0, 1])
    for recorder in (clinic, screening):
        recorder.snapshot(epoch, logits=model.decision_function(x[val]))

runs = {"in the clinic": clinic.run(), "in a screening": screening.run()}
anim.animate(runs, "screening.png", view="class:malignant", title="The same test in two places")

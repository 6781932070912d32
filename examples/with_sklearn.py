"""A scikit-learn model that learns batch by batch, recorded by two lines.

pip install scikit-learn
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import anim
from anim.integrations.sklearn import Snapshots

x, y = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x / 16, y, test_size=0.5, random_state=0)

model = MLPClassifier((64,), learning_rate_init=1e-2, random_state=0)
snapshots = Snapshots("runs/sklearn", model, x_val, y_val, every=5)  # 1
rng = np.random.default_rng(0)

for step in range(1, 201):
    batch = rng.integers(0, len(x_train), 64)
    model.partial_fit(x_train[batch], y_train[batch], classes=np.arange(10))
    snapshots(step)  # 2

anim.animate(snapshots.run(), "sklearn.gif", title="Digits in scikit-learn")

"""A scikit-learn model that learns batch by batch, recorded by two lines.

pip install scikit-learn
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import anim

x, y = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x / 16, y, test_size=0.5, random_state=0)

model = MLPClassifier((64,), learning_rate_init=1e-2, random_state=0)
recorder = anim.Recorder("runs/sklearn", labels=y_val)  # 1
rng = np.random.default_rng(0)

for step in range(1, 201):
    batch = rng.integers(0, len(x_train), 64)
    model.partial_fit(x_train[batch], y_train[batch], classes=np.arange(10))
    if step % 5 == 0:
        recorder.snapshot(step, probs=model.predict_proba(x_val))  # 2

anim.animate(recorder.run(), "sklearn.gif", title="Digits in scikit-learn")

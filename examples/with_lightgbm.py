"""LightGBM, recorded by a callback: each boosting round is a step.

pip install lightgbm scikit-learn
"""

from lightgbm import LGBMClassifier
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import anim
from anim.integrations.lightgbm import SnapshotCallback  # 1

x, y = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.5, random_state=0)

model = LGBMClassifier(n_estimators=50, num_leaves=7, verbose=-1)
model.fit(
    x_train,
    y_train,
    callbacks=[SnapshotCallback("runs/lightgbm", x_val, y_val)],  # 2
)

anim.animate(anim.open("runs/lightgbm"), "lightgbm.gif", title="Digits, boosted")

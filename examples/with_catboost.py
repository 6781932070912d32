"""A trained CatBoost model, recorded tree by tree in one line.

pip install catboost scikit-learn
"""

from catboost import CatBoostClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import anim
from anim.integrations.catboost import record_staged

x, y = load_breast_cancer(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.5, random_state=0)

model = CatBoostClassifier(iterations=200, depth=4, verbose=0, random_seed=0)
model.fit(x_train, y_train)
run = record_staged(model, x_val, y_val, "runs/catboost", every=2, classes=["malignant", "benign"])

anim.animate(run, "catboost.gif", title="Tumours in CatBoost")

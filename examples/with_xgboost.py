"""XGBoost, recorded by a callback: each boosting round is a step.

pip install xgboost scikit-learn
"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

import anim
from anim.integrations.xgboost import SnapshotCallback  # 1

x, y = load_breast_cancer(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.5, random_state=0)

classes = ["malignant", "benign"]
model = XGBClassifier(
    n_estimators=100,
    max_depth=3,
    learning_rate=0.1,
    callbacks=[SnapshotCallback("runs/xgboost", x_val, y_val, classes=classes)],  # 2
)
model.fit(x_train, y_train)

anim.animate(anim.open("runs/xgboost"), "xgboost.gif", bins=15, title="Boosting, round by round")

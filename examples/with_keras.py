"""A Keras model, recorded by a callback. KERAS_BACKEND chooses jax, tensorflow or torch.

pip install keras scikit-learn
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import anim
from anim.integrations.keras import SnapshotCallback  # 1

x, y = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x / 16, y, test_size=0.5, random_state=0)

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(
    x_train,
    y_train,
    epochs=30,
    verbose=0,
    callbacks=[SnapshotCallback("runs/keras", x_val, y_val)],  # 2
)

anim.animate(anim.open("runs/keras"), "keras.gif", title="Digits in Keras")

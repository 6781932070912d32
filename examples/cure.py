"""Recalibration: a network learns noisy labels by heart, a temperature lowers its confidence."""

import warnings

import anim

# At the first steps the scores say nothing about the classes, so no temperature can be fitted.
warnings.filterwarnings("ignore", ".* have no recalibration")

dataset = anim.data.xor(train_size=100, val_size=20_000, noise=0.2, seed=1)
run = anim.fit(
    dataset,
    hidden=(32, 32),
    epochs=1500,
    every=60,
    learning_rate=0.03,
    schedule="constant",
    weight_decay=0,
    gradient_noise=0,
)
title = "Learnt by heart, and how to undo it"
anim.animate(run, "cure.gif", calibrate="temperature", title=title, fps=10, seconds=8)

raw, recalibrated = anim.calibrate(run, "temperature")
for name, shown in (("as trained", raw), ("temperature-scaled", recalibrated)):
    last = {metric: values[-1] for metric, values in shown.metrics().items()}
    print(f"{name}: accuracy {last['accuracy']:.3f}, ECE {last['ece']:.3f}")

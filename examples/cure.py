"""The cure: noisy labels, learnt by heart, and the temperature that takes the confidence back."""

import warnings

import anim

# At the first steps the scores tell nothing of the classes: no temperature makes sense of them.
warnings.filterwarnings("ignore", ".* have no cure")

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

raw, cured = anim.calibrate(run, "temperature")
for name, shown in (("as trained", raw), ("temperature-scaled", cured)):
    last = {metric: values[-1] for metric, values in shown.metrics().items()}
    print(f"{name}: accuracy {last['accuracy']:.3f}, calibration error {last['ece']:.3f}")

"""What a knob does, and what only a seed does: a sweep of three widths, and 32 replicas."""

import anim

dataset = anim.data.xor(train_size=2000, val_size=20_000)
runs = {f"hidden={width}": anim.fit(dataset, hidden=(width,)) for width in (3, 16, 64)}
anim.animate(runs, "sweep.png", title="Three widths")

replicas = anim.fit_replicas(dataset, replicas=32)
anim.animate(replicas, "replicas.png", panels="reliability,accuracy,ece", title="32 seeds")

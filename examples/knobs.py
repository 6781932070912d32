"""The knobs that the post invites its readers to turn: pictures with less and with more of each.

These are the pictures of the README.
"""

import anim

KNOBS = {
    "less_data": ("Less data: 100 points, as many steps", {"train_size": 100}, {"epochs": 1575}),
    "more_data": (
        "More data: 20,000 points, as many steps",
        {"train_size": 20_000},
        {"epochs": 10},
    ),
    "less_time": ("Less time: 20 epochs", {}, {"epochs": 20}),
    "more_time": ("More time: 1000 epochs", {}, {"epochs": 1000, "every": 630}),
    "smaller": ("A smaller network: 2 hidden units", {}, {"hidden": (2,)}),
    "larger": ("A larger network: 16 hidden units", {}, {"hidden": (16,)}),
}

for name, (title, data, training) in KNOBS.items():
    dataset = anim.data.xor(val_size=100_000, **data)
    run = anim.fit(dataset, **{"every": 63, **training})
    anim.animate(run, f"{name}.png", title=title)
    last = {metric: values[-1] for metric, values in run.metrics().items()}
    print(f"{title}: accuracy {last['accuracy']:.3f}, ECE {last['ece']:.3f}")

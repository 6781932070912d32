"""Better, or only better calibrated? The Brier score in parts, and two tests, over a training.

A score gets better as predictions tell the classes apart (discrimination), and as they mean what
they say (miscalibration falls). The tests ask whether what is left of it may be chance.
"""

import anim

run = anim.fit(anim.data.digits(), hidden=(32,), epochs=60)
errors = run.errors()
for i in range(0, len(run), 12):
    epoch = run.steps[i] // run.about.steps_per_epoch
    parts = " ".join(f"{name} {errors[name][i]:.3f}" for name in ("corp_mcb", "corp_dsc"))
    tests = " ".join(f"{name} {errors[name][i]:.3f}" for name in ("spiegelhalter_p", "kuiper_p"))
    print(f"epoch {epoch}: {parts} {tests}")

strips = ("metric:corp_mcb", "metric:corp_dsc", "metric:kuiper_p")
panels = ("reliability", *strips)
anim.animate(run, "parts.png", curve="isotonic", panels=panels, title="What the score is made of")

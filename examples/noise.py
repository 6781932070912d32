"""What is noise and what is not: a band, intervals, and curves without bins."""

import anim

run = anim.fit(anim.data.digits(), hidden=(32,), epochs=60, learning_rate=0.02, schedule="constant")
options = {"panels": "reliability,ece", "intervals": True}
anim.animate(run, "band.png", title="Digits: no bar leaves the band", **options)
for curve in ("smooth", "isotonic"):
    anim.animate(run, f"{curve}.png", curve=curve, title=f"Digits, a curve: {curve}", **options)

"""What is noise and what is not: gaps that may be chance, intervals, and curves without bins."""

import anim

run = anim.fit(anim.data.digits(), hidden=(32,), epochs=60, learning_rate=0.02, schedule="constant")
options = {"panels": "reliability,ece"}
anim.animate(run, "band.png", title="Digits: every gap may be chance", intervals=True, **options)
anim.animate(run, "smooth.png", title="Digits, a smooth curve", curve="smooth", **options)
anim.animate(run, "isotonic.png", title="Digits, an isotonic curve", curve="isotonic", **options)

"""Which classes can be believed: a panel for each digit, and the three likeliest together."""

import anim

run = anim.fit(anim.data.digits())
anim.animate(run, "classes.png", view="classes", title="Which digits can be believed?")
anim.animate(run, "top_3.png", view="top:3", title="Is it one of the best three?")
errors = run.class_errors()[-1]
worst = errors.argmax()
print(f"digit {run.classes[worst]} is the furthest off: its ECE is {errors[worst]:.3f}")

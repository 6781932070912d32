"""Three networks side by side while they learn XOR: what width does to confidence."""

import anim

data = anim.data.xor(train_size=2000, val_size=20_000)
runs = {f"{width} hidden units": anim.fit(data, hidden=(width,)) for width in (2, 3, 16)}
title = "Wider networks, and how sure they are"
anim.animate(runs, "compare.gif", fps=10, seconds=10, title=title)

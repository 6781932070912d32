"""The post's experiment: a tiny network learns XOR, and its scores are not probabilities."""

import anim

dataset = anim.data.xor(train_size=2000)
run = anim.fit(dataset, hidden=(3,), epochs=100)

metrics = run.metrics()
print(f"accuracy {metrics['accuracy'][-1]:.3f}, ECE at its worst {metrics['ece'].max():.3f}")
for output in anim.animate(run, "calib.gif", "calib.mp4").outputs:
    print(output)

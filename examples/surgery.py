"""The post's surgery story on real patients: how far is a score of malignancy to be believed?

Needs scikit-learn, which ships the data: pip install scikit-learn
"""

import anim

dataset = anim.data.breast_cancer()
run = anim.fit(dataset, hidden=(8,), epochs=60, every=3)
animation = anim.animate(
    run,
    "surgery.gif",
    view="class:malignant",
    bins=10,
    panels=("reliability", "accuracy", "ece"),
    title="Would you operate on this score?",
    theme="dark",
)
print(*animation.outputs)

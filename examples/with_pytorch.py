"""A training loop in PyTorch, recorded by two lines.

pip install torch scikit-learn
"""

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import anim

x, y = (torch.tensor(part) for part in load_digits(return_X_y=True))
x_train, x_val, y_train, y_val = train_test_split(x.float() / 16, y, test_size=0.5, random_state=0)

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
recorder = anim.Recorder("runs/pytorch", labels=y_val)  # 1

for step in range(301):
    if step % 5 == 0:
        recorder.snapshot(step, logits=model(x_val))  # 2
    batch = torch.randint(len(x_train), (64,))
    loss = torch.nn.functional.cross_entropy(model(x_train[batch]), y_train[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

anim.animate(recorder.run(), "pytorch.gif", title="Digits in PyTorch")

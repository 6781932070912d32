"""A training loop in PyTorch, recorded by two lines.

pip install torch scikit-learn
"""

import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

import anim
from anim.integrations.torch import Snapshots

torch.manual_seed(0)
x, y = load_digits(return_X_y=True)
data = TensorDataset(torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y))
train, val = random_split(data, [897, 900])
loader, val_loader = DataLoader(train, 64, shuffle=True), DataLoader(val, 300)

model = torch.nn.Sequential(
    torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(64, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
snapshots = Snapshots("runs/pytorch", model, val_loader, every=5)  # 1

for _ in range(20):
    for images, digits in loader:
        snapshots()  # 2
        loss = torch.nn.functional.cross_entropy(model(images), digits)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

anim.animate(snapshots.run(), "pytorch.gif", title="Digits in PyTorch")

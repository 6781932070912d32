"""A Lightning module, recorded by a callback.

pip install lightning scikit-learn
"""

import lightning
import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

import anim
from anim.integrations.lightning import SnapshotCallback  # 1


class Digits(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = torch.nn.Sequential(
            torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(64, 10)
        )

    def forward(self, x):
        return self.network(x)

    def training_step(self, batch):
        x, y = batch
        loss = torch.nn.functional.cross_entropy(self(x), y)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch):
        x, y = batch
        self.log("val_loss", torch.nn.functional.cross_entropy(self(x), y))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-2)


lightning.seed_everything(0, verbose=False)
x, y = load_digits(return_X_y=True)
data = TensorDataset(torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y))
train, val = random_split(data, [897, 900])
trainer = lightning.Trainer(
    max_epochs=20,
    callbacks=[SnapshotCallback("runs/lightning")],  # 2
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
)
trainer.fit(
    Digits(), DataLoader(train, batch_size=64, shuffle=True), DataLoader(val, batch_size=300)
)

anim.animate(anim.open("runs/lightning"), "lightning.gif", title="Digits in Lightning")

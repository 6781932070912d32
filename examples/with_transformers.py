"""A Vision Transformer trained by Hugging Face's Trainer, recorded by a callback.

pip install transformers accelerate torch scikit-learn
"""

import numpy as np
from sklearn.datasets import load_digits
from transformers import (
    Trainer,
    TrainingArguments,
    ViTConfig,
    ViTForImageClassification,
    set_seed,
)

import anim
from anim.integrations.transformers import SnapshotCallback  # 1

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype(np.float32).reshape(-1, 1, 8, 8)
data = [{"pixel_values": x, "labels": int(y)} for x, y in zip(images, labels, strict=True)]
train, val = data[::2], data[1::2]

set_seed(0)
model = ViTForImageClassification(
    ViTConfig(
        image_size=8,
        patch_size=2,
        num_channels=1,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=10,
    )
)
trainer = Trainer(
    model,
    TrainingArguments(
        output_dir="checkpoints",
        num_train_epochs=30,
        per_device_train_batch_size=64,
        learning_rate=3e-3,
        warmup_steps=50,
        logging_steps=10,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
    ),
    train_dataset=train,
    eval_dataset=val,
    callbacks=[SnapshotCallback("runs/transformers", every=10)],  # 2
)
trainer.train()

anim.animate(anim.open("runs/transformers"), "transformers.gif", title="Digits, a tiny ViT")

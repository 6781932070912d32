"""The callback of Transformers against the real trainer."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import check_first_and_last, softmax

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


def test_transformers_records_what_the_model_predicts_and_logs(tmp_path):
    transformers = pytest.importorskip("transformers", reason="Transformers is not installed")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    from anim.integrations.transformers import SnapshotCallback

    transformers.set_seed(0)
    model = transformers.BertForSequenceClassification(
        transformers.BertConfig(
            vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=32, num_labels=3,
        )
    )  # fmt: skip
    tokens = np.random.default_rng(0).integers(3, 20, (300, 6))
    labels = tokens[:, 0] % 3
    data = [{"input_ids": x, "label": int(y)} for x, y in zip(tokens, labels, strict=True)]

    def probs():
        model.eval()
        with torch.no_grad():
            return softmax(model(torch.tensor(tokens[:100])).logits.numpy())

    first = probs()
    model.train()
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"), num_train_epochs=4, per_device_train_batch_size=20,
        learning_rate=1e-2, logging_steps=5, report_to=[], save_strategy="no", disable_tqdm=True,
        use_cpu=True,
    )  # fmt: skip
    callback = SnapshotCallback(tmp_path / "run", data[:100])
    trainer = transformers.Trainer(model, arguments, train_dataset=data[100:], callbacks=[callback])
    trainer.train()
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 10, 20, 30, 40]
    check_first_and_last(run, first, probs())
    assert run.metrics().keys() >= {"loss", "learning_rate"}

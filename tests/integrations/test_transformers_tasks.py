"""The callback of Transformers for plain modules, columns, tokens and what is no classification."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import assert_same_bits, seed_all, softmax, state_of

# Third-party packages warn about each other; what matters here are values.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]
transformers = pytest.importorskip("transformers", reason="Transformers is not installed")
torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")

from torch import nn  # noqa: E402

from anim.integrations.transformers import SnapshotCallback  # noqa: E402

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(3, 20, (160, 6))
CLASSES = TOKENS[:, 0] % 3
TAGS = np.where(RNG.random(TOKENS.shape) < 0.3, -100, TOKENS % 3)


def rows(labels=CLASSES, **columns):
    """Return 160 examples with these columns beside the tokens."""
    columns = {"input_ids": TOKENS, "labels": labels, **columns}
    return [{name: list(values)[i] for name, values in columns.items()} for i in range(len(TOKENS))]


def bert(kind="BertForSequenceClassification", **options):
    transformers.set_seed(0)
    config = transformers.BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, **{"num_labels": 3, **options},
    )  # fmt: skip
    return getattr(transformers, kind)(config)


class Plain(nn.Module):
    """Returns what ``kind`` says; no device, no configuration."""

    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(0)
        self.kind = kind
        self.embedding, self.linear = nn.Embedding(20, 8), nn.Linear(8, 3)
        self.dropout = nn.Dropout(0.2)

    def logits(self, input_ids):
        hidden = self.dropout(self.embedding(input_ids))
        return self.linear(hidden if self.kind == "tokens" else hidden.mean(1))

    def forward(self, input_ids, labels=None):
        logits = self.logits(input_ids)
        if labels is None:
            return (logits,) if self.kind == "tuple" else {"logits": logits}
        loss = nn.functional.cross_entropy(logits.reshape(-1, 3), labels.reshape(-1))
        return (loss, logits) if self.kind == "tuple" else {"loss": loss, "logits": logits}


class NeedsLabels(Plain):
    def forward(self, input_ids, labels):
        return super().forward(input_ids, labels)


def train(model, data, callback, tmp_path, *, collator=None, trainer_class=None, **options):
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"), report_to=[], disable_tqdm=True, use_cpu=True,
        **{"num_train_epochs": 2, "per_device_train_batch_size": 20, "learning_rate": 1e-2,
           "save_strategy": "no", "logging_steps": 2, **options},
    )  # fmt: skip
    trainer = (trainer_class or transformers.Trainer)(
        model, arguments, train_dataset=data[60:], eval_dataset=data[:60], data_collator=collator,
        callbacks=[] if callback is None else [callback],
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=options.pop("resume_from_checkpoint", None))
    return trainer


def final(run):
    return run.probs(len(run) - 1)


def of_trainer(trainer):
    """Return the trainer's own predictions, and the labels."""
    found = trainer.predict(trainer.eval_dataset)
    logits = found.predictions
    return softmax(logits.reshape(-1, 3)), found.label_ids.ravel()


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (bert, {}),
        (bert, {"bf16": True}),
        (bert, {"label_smoothing_factor": 0.1}),
        (bert, {"per_device_eval_batch_size": 7, "dataloader_persistent_workers": False}),
        (lambda: Plain("dict"), {}),
        (lambda: Plain("tuple"), {}),
        (lambda: NeedsLabels("tuple"), {}),
        (lambda: NeedsLabels("dict"), {}),
    ],
)
def test_predictions_are_those_of_the_trainers_own_evaluation(tmp_path, make, options):
    # The models take no idx, and texts cannot be collated.
    data = rows(idx=range(160), text=[str(i) for i in range(160)])
    callback = SnapshotCallback(None, on_error="raise")
    trainer = train(make(), data, callback, tmp_path, **options)
    probs, labels = of_trainer(trainer)
    run = callback.run()
    assert run.steps.tolist() == [0, 5, 10]
    np.testing.assert_array_equal(run.labels, labels)
    np.testing.assert_allclose(final(run), probs, atol=2e-3 if options.get("bf16") else 1e-6)


def test_a_dataset_of_its_own_is_read_as_the_trainer_reads_its_own(tmp_path):
    data = rows(text=["a"] * 160)
    callback = SnapshotCallback(None, data[:30], batch_size=11, on_error="raise")
    trainer = train(bert(), data, callback, tmp_path, eval_strategy="epoch")
    assert len(trainer.get_eval_dataloader().dataset) == 60
    np.testing.assert_array_equal(callback.run().labels, CLASSES[:30])
    np.testing.assert_allclose(final(callback.run()), of_trainer(trainer)[0][:30], atol=1e-5)


def test_texts_of_different_lengths_are_padded_by_the_trainers_collator(tmp_path):
    def collate(examples):
        longest = max(len(example["input_ids"]) for example in examples)
        padded = [[*e["input_ids"], *[0] * (longest - len(e["input_ids"]))] for e in examples]
        labels = torch.tensor([int(example["labels"]) for example in examples])
        return {"input_ids": torch.tensor(np.array(padded)), "labels": labels}

    data = rows()
    for i, example in enumerate(data):
        example["input_ids"] = example["input_ids"][: 2 + i % 5]
    callback = SnapshotCallback(None, data[:60], on_error="raise")
    trainer = train(bert(), data, callback, tmp_path, collator=collate)
    np.testing.assert_allclose(final(callback.run()), of_trainer(trainer)[0], atol=1e-5)


@pytest.mark.parametrize(
    "make", [lambda: bert("BertForTokenClassification"), lambda: Plain("tokens")]
)
def test_tokens_are_recorded_one_by_one_without_those_that_are_ignored(tmp_path, make):
    callback = SnapshotCallback(None, on_error="raise")
    trainer = train(make(), rows(TAGS), callback, tmp_path)
    probs, labels = of_trainer(trainer)
    counts = labels != -100
    assert 0 < counts.sum() < counts.size
    run = callback.run()
    np.testing.assert_array_equal(run.labels, labels[counts])
    np.testing.assert_allclose(final(run), probs[counts], atol=1e-6)
    accuracy = (probs[counts].argmax(1) == labels[counts]).mean()
    np.testing.assert_allclose(run.metrics()["accuracy"][-1], accuracy, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "labels", "problem"),
    [
        (lambda: bert(num_labels=1), TOKENS[:, 0] / 20, r"got one output \(num_labels=1\)"),
        (lambda: bert(problem_type="regression"), np.eye(3)[CLASSES], "got regression"),
        (
            lambda: bert("BertLMHeadModel", is_decoder=True),
            TOKENS,
            r"got a language model \(BertLMHeadModel\)",
        ),
    ],
)
def test_what_is_no_classification_trains_on_without_a_recording(tmp_path, make, labels, problem):
    callback = SnapshotCallback(tmp_path / "run")
    if labels.dtype == np.float64:
        labels = labels.astype(np.float32)
    with pytest.warns(UserWarning, match=f"model: expected a classifier.*{problem}"):
        trainer = train(make(), rows(labels), callback, tmp_path)
    assert trainer.state.global_step == 10
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("make", [bert, lambda: Plain("dict")])
def test_a_training_has_the_same_bits_with_and_without_the_callback(tmp_path, make):
    def trained(callback):
        seed_all(torch)
        return state_of(torch, train(make(), rows(), callback, tmp_path).model)

    assert_same_bits(trained(SnapshotCallback(None, every=3, on_error="raise")), trained(None))


def test_a_trainer_without_an_evaluation_dataset_trains_on(tmp_path):
    class WithoutEvaluation(transformers.Trainer):
        def __init__(self, *args, eval_dataset=None, **kwargs):
            super().__init__(*args, **kwargs)

    with pytest.warns(UserWarning, match="eval_dataset: expected one, as the trainer has none"):
        trainer = train(
            bert(), rows(), SnapshotCallback(None), tmp_path, trainer_class=WithoutEvaluation
        )
    assert trainer.state.global_step == 10


def test_the_best_model_that_is_loaded_at_the_end_is_not_taken_for_the_last_step(tmp_path):
    callback = SnapshotCallback(None, every=4, on_error="raise")
    stop = {"load_best_model_at_end": True, "eval_strategy": "epoch", "save_strategy": "epoch"}
    train(bert(), rows(), callback, tmp_path, **stop)
    assert callback.run().steps.tolist() == [0, 4, 8, 10]


def test_a_training_from_a_checkpoint_drops_what_came_after_it(tmp_path):
    def callback():
        return SnapshotCallback(tmp_path / "run", every=2, resume=True, on_error="raise")

    saved = {"save_strategy": "steps", "save_steps": 5}
    train(bert(), rows(), callback(), tmp_path, **saved)
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 2, 4, 6, 8, 10]
    checkpoint = str(tmp_path / "out" / "checkpoint-5")
    trainer = train(
        bert(), rows(), callback(), tmp_path, resume_from_checkpoint=checkpoint, learning_rate=1e-3
    )
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 2, 4, 5, 6, 8, 10]
    np.testing.assert_allclose(final(run), of_trainer(trainer)[0], atol=1e-6)

"""Each callback against the real framework: what it recorded is what the model predicts."""

import os
import subprocess
import sys

import numpy as np
import pytest

import anim

# Third parties warn of each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5)).astype(np.float32)
Y = (X @ RNG.normal(size=(5, 3))).argmax(1)
X_VAL, Y_VAL, X, Y = X[:100], Y[:100], X[100:], Y[100:]


def softmax(logits):
    values = np.exp(logits - logits.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def holds_first_and_last(run, first, last):
    np.testing.assert_allclose(run.probs(0), first, atol=1e-5)
    np.testing.assert_allclose(run.probs(len(run) - 1), last, atol=1e-5)
    assert run.metrics()["nll"][-1] < run.metrics()["nll"][0]


def torch_network(torch):
    torch.manual_seed(0)
    dropout = torch.nn.Dropout(0.5)
    return torch.nn.Sequential(
        torch.nn.Linear(5, 16), torch.nn.BatchNorm1d(16), dropout, torch.nn.Linear(16, 3)
    )


def test_pytorch_loaders_are_predicted_at_test_time_and_training_goes_on():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from anim.integrations.torch import labels_of, logits_of

    data = torch.utils.data.TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL))
    loader = torch.utils.data.DataLoader(data, batch_size=32)
    model = torch_network(torch)
    model[1].eval()
    np.testing.assert_array_equal(labels_of(loader), Y_VAL)
    logits = logits_of(model, loader)
    assert [module.training for module in model] == [True, False, True, True]
    model.eval()
    np.testing.assert_allclose(logits, model(torch.tensor(X_VAL)).detach(), atol=1e-5)


def test_lightning_records_what_the_module_predicts_and_logs(tmp_path):
    lightning = pytest.importorskip("lightning", reason="Lightning is not installed")
    import torch

    from anim.integrations.lightning import SnapshotCallback

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.network = torch_network(torch)

        def forward(self, x):
            return self.network(x)

        def training_step(self, batch):
            loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("loss/train", loss)
            return loss

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 0.02)

    def loader(x, y, **options):
        data = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
        return torch.utils.data.DataLoader(data, batch_size=50, **options)

    def probs():
        module.eval()
        with torch.no_grad():
            return softmax(module(torch.tensor(X_VAL)).numpy())

    def fit():
        module.train()
        trainer = lightning.Trainer(
            max_epochs=5, accelerator="cpu", logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False, callbacks=[callback],
        )  # fmt: skip
        trainer.fit(module, loader(X, Y, shuffle=True))

    module = Module()
    callback = SnapshotCallback(tmp_path / "run", loader(X_VAL, Y_VAL), every=3, classes="abc")
    first = probs()
    fit()
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 20]
    holds_first_and_last(run, first, probs())
    assert np.isfinite(run.metrics()["loss/train"][1:]).all()
    fit()
    run = anim.open(tmp_path / "run")
    assert run.steps[-1] == 40
    holds_first_and_last(run, first, probs())
    with pytest.raises(ValueError, match="shuffle"):
        SnapshotCallback(tmp_path / "other", loader(X_VAL, Y_VAL, shuffle=True))


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
    holds_first_and_last(run, first, probs())
    assert run.metrics().keys() >= {"loss", "learning_rate"}


KERAS = """
import sys
import numpy as np, keras
from anim.integrations.keras import SnapshotCallback
import anim
sys.path.insert(0, "tests")
from tests.integrations.test_integrations import X, Y, X_VAL, Y_VAL, holds_first_and_last

keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.layers.Input((5,)), keras.layers.Dense(16), keras.layers.BatchNormalization(),
    keras.layers.Dropout(0.3), keras.layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
callback = SnapshotCallback(sys.argv[1], X_VAL, Y_VAL, every=3)
first = model.predict(X_VAL, verbose=0)
model.fit(X, Y, batch_size=50, epochs=5, verbose=0, callbacks=[callback])
run = anim.open(sys.argv[1])
assert run.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 20], run.steps
holds_first_and_last(run, first, model.predict(X_VAL, verbose=0))
assert {"loss", "train_accuracy"} <= run.metrics().keys(), run.metrics().keys()
middle = run.probs(3)
assert np.abs(middle - first).max() > 1e-3
model.fit(X, Y, batch_size=50, epochs=1, verbose=0, callbacks=[callback])
assert anim.open(sys.argv[1]).steps[-1] == 24

binary = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(1, "sigmoid")])
at_once = 1 if keras.backend.backend() == "torch" else 2
binary.compile("adam", "binary_crossentropy", steps_per_execution=at_once)
callback = SnapshotCallback(None, X_VAL, (Y_VAL == 1).astype(int), every=5)
binary.fit(X, (Y == 1).astype(int), epochs=2, verbose=0, callbacks=[callback])
expected = binary.predict(X_VAL, verbose=0)[:, 0]
run = callback.run()
expected_steps = [0, 5, 10, 14] if at_once == 1 else [0, 6, 11, 14]
assert run.steps.tolist() == expected_steps, run.steps
np.testing.assert_allclose(run.probs(3)[:, 1], expected, atol=1e-5)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_keras_records_what_the_model_predicts_and_logs(tmp_path, backend):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", KERAS, tmp_path / "run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("classes", [2, 3])
def test_xgboost_records_what_the_booster_predicts_and_evaluates(tmp_path, classes):
    xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    from anim.integrations.xgboost import SnapshotCallback

    y, y_val = Y % classes, Y_VAL % classes
    callback = SnapshotCallback(tmp_path / "run", X_VAL, y_val, every=4)
    model = xgboost.XGBClassifier(n_estimators=10, callbacks=[callback])
    model.fit(X, y, eval_set=[(X_VAL, y_val)], verbose=False)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 4, 8, 10]
    assert np.ptp(run.probs(0), axis=0).max() < 1e-6
    np.testing.assert_allclose(run.probs(3), model.predict_proba(X_VAL), atol=1e-5)
    half = model.predict_proba(X_VAL, iteration_range=(0, 4))
    np.testing.assert_allclose(run.probs(1), half, atol=1e-5)
    name = "validation_0/" + ("logloss" if classes == 2 else "mlogloss")
    np.testing.assert_allclose(run.metrics()[name][2], run.metrics()["nll"][2], atol=1e-5)
    model.fit(X, y)
    assert anim.open(tmp_path / "run").steps[-1] == 20
    with pytest.raises(TypeError, match="cross-validation"):
        xgboost.cv({}, xgboost.DMatrix(X, y), callbacks=[callback])


@pytest.mark.parametrize("classes", [2, 3])
def test_lightgbm_records_what_the_booster_predicts_and_evaluates(tmp_path, classes):
    lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
    from anim.integrations.lightgbm import SnapshotCallback

    y, y_val = Y % classes, Y_VAL % classes
    callback = SnapshotCallback(tmp_path / "run", X_VAL, y_val, every=4)
    model = lightgbm.LGBMClassifier(n_estimators=10, num_leaves=4, verbose=-1)
    model.fit(X, y, eval_set=[(X_VAL, y_val)], callbacks=[callback])
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [4, 8, 10]
    np.testing.assert_allclose(run.probs(2), model.predict_proba(X_VAL), atol=1e-5)
    half = model.predict_proba(X_VAL, num_iteration=4)
    np.testing.assert_allclose(run.probs(0), half, atol=1e-5)
    name = "valid_0/" + ("binary_logloss" if classes == 2 else "multi_logloss")
    np.testing.assert_allclose(run.metrics()[name][1], run.metrics()["nll"][1], atol=1e-5)
    model.fit(X, y, callbacks=[callback])
    assert anim.open(tmp_path / "run").steps[-1] == 20


def test_a_missing_framework_is_named_with_its_pip_command(monkeypatch):
    for module, package in (("xgboost", "xgboost"), ("keras", "keras"), ("torch", "torch")):
        monkeypatch.setitem(sys.modules, module, None)
        monkeypatch.delitem(sys.modules, f"anim.integrations.{module}", raising=False)
        with pytest.raises(ImportError, match=f"pip install {package}"):
            __import__(f"anim.integrations.{module}")


def test_no_framework_is_imported_before_its_module():
    code = (
        "import sys, anim, anim.integrations, anim.run\n"
        "frameworks = {'torch', 'keras', 'lightning', 'transformers', 'xgboost', 'lightgbm'}\n"
        "assert not frameworks & set(sys.modules), frameworks & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

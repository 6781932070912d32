"""Callbacks record models of several labels for an example, each of which has a sigmoid."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from tests.support.frameworks import X_VAL, Y_VAL, X, Y
from tests.support.subprocesses import run_python

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from anim.integrations.torch import Snapshots  # noqa: E402

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")
NAMES = ["even", "large", "late", "odd"]


def several(x, y):
    """Labels [N, 4] of 0 and 1 that are not one-hot."""
    return np.stack([y % 2 == 0, x[:, 0] > 0.3, y == 2, x[:, 1] > x[:, 2]], 1).astype(np.float32)


SEVERAL, SEVERAL_VAL = several(X, Y), several(X_VAL, Y_VAL)


def batches(x=X_VAL, y=SEVERAL_VAL):
    x, y = torch.tensor(x), torch.tensor(y)
    return [(x[i : i + 30], y[i : i + 30]) for i in range(0, len(x), 30)]


def network(*last):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(5, 4), *last)


def recorded(model, loader=None, path=None, **options):
    given = {"multilabel": True, "classes": NAMES, "on_error": "raise", **options}
    with Snapshots(path, model, batches() if loader is None else loader, **given) as snapshots:
        snapshots(0)
    return snapshots.run()


def check(run, probs, labels=SEVERAL_VAL):
    """Assert that a run holds these probabilities [N, L] of labels [N, L] at its end."""
    np.testing.assert_array_equal(run.labels, labels.ravel())
    np.testing.assert_allclose(run.probs(len(run) - 1)[:, 1], np.ravel(probs), atol=1e-5)
    assert run.default_view() == "pooled"
    assert run.groups["label"].names == tuple(NAMES)


def test_logits_of_labels_are_recorded_batch_by_batch(tmp_path):
    model = network()
    expected = torch.sigmoid(model(torch.tensor(X_VAL))).detach().numpy()
    check(recorded(model), expected)
    recorded(model, path=tmp_path / "r")
    check(anim.open(tmp_path / "r"), expected)


def test_a_last_sigmoid_gives_probabilities():
    model = network(torch.nn.Sigmoid())
    run = recorded(model)
    assert run.kind == "probs"
    check(run, model(torch.tensor(X_VAL)).detach().numpy())


def test_scores_in_0_to_1_need_outputs():
    def forward(model, x):
        return torch.sigmoid(model(x))

    with pytest.raises(ValueError, match=r"outputs: expected .* for values in .0, 1. of labels"):
        recorded(network(), forward=forward)
    assert recorded(network(), forward=forward, outputs="probs").kind == "probs"


@pytest.mark.parametrize("last", [(), (torch.nn.Sigmoid(),)])
def test_labels_of_several_classes_without_the_option_are_told_of_it(last):
    with pytest.raises(ValueError, match=r"with several labels for one example.*multilabel=True"):
        recorded(network(*last), multilabel=False)


def test_weights_and_masks_are_of_examples_or_of_labels():
    weights = np.linspace(1, 2, len(X_VAL))
    mask = np.arange(SEVERAL_VAL.size).reshape(SEVERAL_VAL.shape) % 3 > 0
    run = recorded(network(), weights=weights, mask=mask)
    np.testing.assert_array_equal(run.labels, SEVERAL_VAL[mask])
    np.testing.assert_array_equal(run.weights, np.repeat(weights, 4)[mask.ravel()])


@pytest.mark.slow
def test_two_processes_record_parts_of_the_examples(tmp_path):
    code = f"""
import sys
import numpy as np, torch
import anim
from tests.integrations.test_multilabel import NAMES, SEVERAL_VAL, X_VAL, network

rank = int(sys.argv[2])
index = np.arange(rank, {len(X_VAL)}, 2)
how = dict(process_index=rank, process_count=2, timeout=60)
logits = network()(torch.tensor(X_VAL[index])).detach().numpy()
with anim.Recorder(sys.argv[1], classes=NAMES, multilabel=True, index=index, **how) as recorder:
    with recorder.collecting(0) as part:
        for i in range(0, len(index), 20):
            rows = slice(i, i + 20)
            part.add(logits=logits[rows], labels=SEVERAL_VAL[index[rows]])
"""
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(run_python, code, tmp_path / "r", str(rank)) for rank in range(2)]
    for one in both:
        one.result()
    expected = torch.sigmoid(network()(torch.tensor(X_VAL))).detach().numpy()
    check(anim.open(tmp_path / "r"), expected)


def test_lightning_records_several_labels():
    lightning = pytest.importorskip("lightning", reason="Lightning is not installed")
    from anim.integrations.lightning import SnapshotCallback

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.network = network()

        def forward(self, x):
            return self.network(x)

        def training_step(self, batch):
            loss = torch.nn.functional.binary_cross_entropy_with_logits
            return loss(self(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 0.02)

    how = {"multilabel": True, "classes": NAMES, "on_error": "raise"}
    callback, module = SnapshotCallback(None, batches(), **how), Module()
    trainer = lightning.Trainer(
        max_epochs=1, callbacks=[callback], logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, accelerator="cpu",
    )  # fmt: skip
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(SEVERAL))
    trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=50))
    check(callback.run(), torch.sigmoid(module(torch.tensor(X_VAL))).detach().numpy())


def models_of_scikit_learn():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from sklearn import ensemble, linear_model, multiclass, multioutput, neural_network

    logistic = linear_model.LogisticRegression()
    return {
        "list of [N, 2]": multioutput.MultiOutputClassifier(logistic),
        "[N, L]": multiclass.OneVsRestClassifier(logistic),
        "network": neural_network.MLPClassifier((4,), max_iter=20, random_state=0),
        "forest": ensemble.RandomForestClassifier(5, random_state=0),
    }


@pytest.mark.parametrize("kind", ["list of [N, 2]", "[N, L]", "network", "forest"])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_records_several_labels(kind):
    from anim.integrations.sklearn import Snapshots as OfClassifiers

    model = models_of_scikit_learn()[kind]
    # A label that no example has in the training.
    labels = np.where(np.arange(4) == 2, 0, SEVERAL) if kind == "forest" else SEVERAL
    record = partial(OfClassifiers, None, model, X_VAL, SEVERAL_VAL, on_error="raise")
    snapshots = record(multilabel=True, classes=NAMES)
    snapshots(0)
    model.fit(X, labels)
    snapshots(1)
    found = model.predict_proba(X_VAL)
    if isinstance(found, list):
        found = [one[:, 1] if one.shape[1] == 2 else np.zeros(len(one)) for one in found]
        found = np.stack(found, 1)
    check(snapshots.run(), found)
    with pytest.raises(ValueError, match="pass multilabel=True"):
        record()(0)


@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_refuses_what_is_no_model_of_several_labels():
    from anim.integrations.sklearn import Snapshots as OfClassifiers

    models = models_of_scikit_learn()
    record = partial(OfClassifiers, None, x_val=X_VAL, y_val=SEVERAL_VAL, multilabel=True)
    with pytest.raises(SettingError, match="outputs: expected None with multilabel=True"):
        record(models["[N, L]"], outputs="logits")
    for kind in ("[N, L]", "network"):
        with pytest.raises(SettingError, match=r"expected a model .*fitted to labels .N, L., got"):
            record(models[kind].fit(X, Y), on_error="raise")(0)
    with pytest.raises(SettingError, match=r"labels of 0 and 1, got .1.0, 2.0."):
        record(models["forest"].fit(X, SEVERAL + 1), on_error="raise")(0)


KERAS = """
import numpy as np, keras
from anim.integrations.keras import SnapshotCallback
from tests.integrations.test_multilabel import NAMES, SEVERAL, SEVERAL_VAL, X, X_VAL, check

for activation in ("sigmoid", None):
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(4, activation)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=activation is None))
    callback = SnapshotCallback(
        None, X_VAL, SEVERAL_VAL, multilabel=True, classes=NAMES, on_error="raise"
    )
    model.fit(X, SEVERAL, epochs=1, verbose=0, callbacks=[callback])
    expected = model.predict(X_VAL, verbose=0)
    check(callback.run(), expected if activation else 1 / (1 + np.exp(-expected)))
"""


@pytest.mark.slow
def test_keras_records_several_labels():
    pytest.importorskip("keras", reason="Keras is not installed")
    run_python(KERAS, env={"KERAS_BACKEND": "jax"})


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["skorch", "fastai"])
def test_what_uses_snapshots_of_pytorch_takes_the_option(framework):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    module = importlib.import_module(f"anim.integrations.{framework}")
    module.SnapshotCallback(None, multilabel=True, classes=NAMES)


@pytest.mark.slow
def test_transformers_record_several_labels(tmp_path):
    pytest.importorskip("accelerate", reason="accelerate is not installed")
    from anim.integrations.transformers import SnapshotCallback
    from tests.integrations.test_transformers_tasks import TOKENS, bert, rows, train

    labels = np.stack([TOKENS[:, 0] % 2, TOKENS[:, 1] > 9, TOKENS[:, 0] > 7, TOKENS[:, 2] < 5], 1)
    labels = labels.astype(np.float32)
    how = {"classes": NAMES, "on_error": "raise"}
    callback = SnapshotCallback(None, multilabel=True, **how)
    kind = {"problem_type": "multi_label_classification", "num_labels": 4}
    trainer = train(bert(**kind), rows(labels), callback, tmp_path)
    logits = trainer.predict(trainer.eval_dataset).predictions
    check(callback.run(), 1 / (1 + np.exp(-logits)), labels[:60])
    with pytest.raises(SettingError, match="multilabel: expected True for a model of multi_label"):
        train(bert(**kind), rows(labels), SnapshotCallback(None, **how), tmp_path)
    with pytest.raises(SettingError, match="several labels; pass multilabel=True"):
        train(bert(num_labels=4), rows(labels), SnapshotCallback(None, **how), tmp_path)

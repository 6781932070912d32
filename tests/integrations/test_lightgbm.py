"""LightGBM's callback against the real booster."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


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
    # A second `fit` begins without trees: it is another model.
    with pytest.warns(UserWarning, match="begins at step 0, but 10 is recorded already"):
        model.fit(X, y, callbacks=[callback])
    assert anim.open(tmp_path / "run").steps[-1] == 10

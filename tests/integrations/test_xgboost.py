"""XGBoost's callback against the real booster."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


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
    # A second `fit` begins without trees: it is another model.
    with pytest.warns(UserWarning, match="begins at step 0, but 10 is recorded already"):
        model.fit(X, y)
    assert anim.open(tmp_path / "run").steps[-1] == 10

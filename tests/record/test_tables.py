"""Tables: which columns are scores, and how classes are called."""

import numpy as np

import anim
from anim.record.__main__ import main
from tests.support.saved_predictions import LABELS, NAMES, PROBS, write_csv


def test_a_table_of_predicted_labels_and_confidences_is_read(tmp_path):
    predicted, confidence = PROBS[0].argmax(1), PROBS[0].max(1)
    rows = zip(LABELS, predicted, confidence, strict=True)
    write_csv(tmp_path / "model.csv", ["true_label", "pred_label", "confidence"], rows)
    assert main(["--out", str(tmp_path / "run"), str(tmp_path / "model.csv"), "--quiet"]) == 0
    run = anim.open(tmp_path / "run")
    expected = anim.from_arrays([0], LABELS, probs=PROBS[:1])
    for name, values in run.metrics().items():
        np.testing.assert_allclose(values, expected.metrics()[name], atol=1e-6)


def test_an_index_is_not_a_class_and_a_shared_prefix_is_not_part_of_a_name(tmp_path, capsys):
    rows = [
        [i, NAMES[y], *p.tolist()] for i, (y, p) in enumerate(zip(LABELS, PROBS[0], strict=True))
    ]
    for header in ("", "id"):
        path = tmp_path / f"{header or 'pandas'}.csv"
        write_csv(path, [header, "label", *(f"prob_{name}" for name in NAMES)], rows)
        assert main(["--out", str(tmp_path / path.stem), str(path)]) == 0
        assert "1 snapshot of 50 probs, classes ant, bee, cat" in capsys.readouterr().out
        run = anim.open(tmp_path / path.stem)
        np.testing.assert_array_equal(run.labels, LABELS)
        np.testing.assert_allclose(run.probs(0), PROBS[0], atol=1e-6)

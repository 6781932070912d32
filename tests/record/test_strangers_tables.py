"""Tables with the headers that public repositories and tools write, and the numbers of ours."""

import numpy as np
import pandas as pd
import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

TOP, BEST = PROBS.argmax(1), PROBS.max(1)
HITS = TOP == LABELS
IDS = [f"s{i:03d}" for i in range(60)]
PROB = [f"prob_{k}" for k in range(3)]
PETS = np.array(["cat", "dog", "bird"])
BINARY = (LABELS == 1).astype(int)
ONE = PROBS[:, 1]
LOGIT = np.log(np.maximum(ONE, 1e-3) / np.maximum(1 - ONE, 1e-3))
RIGHT = float(((ONE > 0.5) == BINARY).mean())
RANKED = np.sort(PROBS, 1)[:, ::-1]
ORDER = np.argsort(-PROBS, 1)
SURE = 0.5 + ONE / 2


def table(**columns):
    return pd.DataFrame(columns)


def listed(rows):
    return [str(row.tolist()) for row in rows]


READ = {
    # id,y_true,y_pred,prob_class_cat,...
    "classes in names": (
        frame([f"prob_class_{pet}" for pet in PETS], PETS[LABELS], "y_true", y_pred=PETS[TOP]),
        (),
        ACCURACY,
    ),
    # path,accession,raw_label,y_true,y_pred,probs
    "a list in quotes": (
        table(path=IDS, raw_label=7, y_true=LABELS, y_pred=TOP, probs=listed(PROBS)),
        (),
        ACCURACY,
    ),
    # entry,run,subrun,event,label,prediction,probability,kaon_ke
    "physics": (
        table(entry=range(60), run=5, label=LABELS, prediction=TOP, probability=BEST, kaon_ke=0.1),
        (),
        ACCURACY,
    ),
    # clip_id,label,prediction,prob_0..39
    "clips": (frame(PROB, clip_id=IDS, prediction=TOP), (), ACCURACY),
    # sequence_id,true_label,predicted_label,true_class_id,predicted_class_id,confidence,correct
    "sequences": (
        table(
            sequence_id=IDS,
            true_label=PETS[LABELS],
            predicted_label=PETS[TOP],
            true_class_id=LABELS,
            predicted_class_id=TOP,
            confidence=BEST,
            correct=HITS,
        ),
        (),
        ACCURACY,
    ),
    # file_path,true_label,pred_label,confidence,is_correct
    "files": (
        table(
            file_path=IDS, true_label=LABELS, pred_label=TOP, confidence=BEST, is_correct=HITS * 1
        ),
        (),
        ACCURACY,
    ),
    # sample_id,true_label,predicted_label,confidence_truth,confidence_deception
    "words for numbers": (
        table(
            sample_id=IDS,
            true_label=BINARY,
            predicted_label=(ONE > 0.5) * 1,
            confidence_truth=1 - ONE,
            confidence_deception=ONE,
        ),
        (),
        RIGHT,
    ),
    # ,probability class 0,probability class 1,cardio
    "a label of one's own": (
        pd.DataFrame(
            {"": range(60), "probability class 0": 1 - ONE, "probability class 1": ONE}
        ).assign(cardio=BINARY),
        ("--label", "cardio"),
        RIGHT,
    ),
    # tidymodels: .pred_class,.pred_cat,...,truth
    "tidymodels": (
        frame(
            [f".pred_{pet}" for pet in PETS], PETS[LABELS], "truth", **{".pred_class": PETS[TOP]}
        ),
        (),
        ACCURACY,
    ),
    # WEKA: inst#,actual,predicted,error,prediction
    "WEKA": (
        pd.DataFrame(
            {
                "inst#": range(60),
                "actual": [f"{y + 1}:{PETS[y]}" for y in LABELS],
                "predicted": [f"{y + 1}:{PETS[y]}" for y in TOP],
                "error": np.where(HITS, "", "+"),
                "prediction": BEST,
            }
        ),
        ("--pred", "predicted", "--confidence", "prediction"),
        ACCURACY,
    ),
    # RapidMiner: label,prediction(label),confidence(cat),...
    "RapidMiner": (
        frame([f"confidence({p})" for p in PETS], PETS[LABELS], **{"prediction(label)": PETS[TOP]}),
        (),
        ACCURACY,
    ),
    # PyCaret: ...,target,prediction_label,prediction_score
    "PyCaret": (
        table(age=40, target=LABELS, prediction_label=TOP, prediction_score=np.round(BEST, 4)),
        (),
        ACCURACY,
    ),
    # Azure: True Label,Scored Labels,Scored Probabilities
    "Azure": (
        pd.DataFrame(
            {
                "True Label": BINARY,
                "Scored Labels": (ONE > 0.5) * 1,
                "Scored Probabilities": ONE,
            }
        ),
        (),
        RIGHT,
    ),
    # Spark: features,label,rawPrediction,probability,prediction
    "Spark": (
        table(
            features="[1.0]",
            label=LABELS * 1.0,
            rawPrediction=listed(7 * PROBS),
            probability=listed(PROBS),
            prediction=TOP * 1.0,
        ),
        (),
        ACCURACY,
    ),
    # SAS Enterprise Miner: P_BAD1,P_BAD0,I_BAD,BAD
    "SAS": (table(BAD=BINARY, P_BAD1=ONE, P_BAD0=1 - ONE), ("--label", "BAD"), RIGHT),
    "SAS with names": (
        table(BAD=np.array(["no", "yes"])[BINARY], P_BADyes=ONE, P_BADno=1 - ONE),
        ("--label", "BAD"),
        RIGHT,
    ),
    # label,prob_label1,prob_label0
    "numbers behind a word": (table(label=BINARY, prob_label1=ONE, prob_label0=1 - ONE), (), RIGHT),
    # grades that begin at 1, of which the last does not occur
    "grades": (
        table(**{f"prob_grade{k + 1}": PROBS[:, k] for k in range(3)}, label=LABELS + 1)[
            LABELS < 2
        ],
        (),
        float((TOP == LABELS)[LABELS < 2].mean()),
    ),
    # Transformers: LABEL_1,LABEL_0
    "LABEL_1": (table(label=BINARY, LABEL_1=ONE, LABEL_0=1 - ONE), (), RIGHT),
    # KNIME: class,P (class=cat),...,Prediction (class)
    "KNIME": (
        frame(
            [f"P (class={pet})" for pet in PETS],
            PETS[LABELS],
            "class",
            **{"Prediction (class)": PETS[TOP]},
        ),
        ("--label", "class"),
        ACCURACY,
    ),
    # Dataiku: target,proba_0,proba_1,prediction,proba_percentile
    "Dataiku": (
        table(
            target=BINARY,
            proba_0=1 - ONE,
            proba_1=ONE,
            prediction=(ONE > 0.5) * 1,
            proba_percentile=range(1, 61),
        ),
        (),
        RIGHT,
    ),
    # target,prediction,prediction_proba
    "prediction_proba": (
        table(target=BINARY, prediction=(ONE > 0.5) * 1, prediction_proba=ONE),
        (),
        RIGHT,
    ),
    # Scores that are never below 1/2, with a threshold above it
    "a threshold": (
        table(label=BINARY, prediction=(SURE > 0.8) * 1, probability=SURE),
        ("--scores", "probability"),
        float(((SURE > 0.5) == BINARY).mean()),
    ),
    # AutoGluon: the label, and a column for each class
    "AutoGluon": (frame(["0", "1", "2"], LABELS, "target"), (), ACCURACY),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read_with_the_accuracy_that_is_counted_in_it(tmp_path, name):
    content, options, expected = READ[name]
    assert accuracy(recorded(tmp_path, content, *options)) == expected


REFUSED = {
    # claim_id,true_label,predicted_label,probability_hallucinated,is_correct
    "a class by a word": (
        table(true_label=BINARY, predicted_label=1, probability_hallucinated=ONE),
        "--scores COL,COL",
    ),
    # Filename,Label,Prediction,Probabilities
    "a list without quotes": (
        "Filename,Label,Prediction,Probabilities\na,0,0,[0.9, 0.1]\n",
        "line 2: expected 4 cells as in the header, got 5; a list that has the separator in it",
    ),
    # Index,Code,Label,Prediction,Prob,Response
    "a response": (
        table(Index=range(60), Label=BINARY, Prediction=1, Prob=ONE, Response="yes"),
        "columns Prediction, Response are all named as a prediction; --pred COL",
    ),
    # dataset,method,y_true,y_pred
    "no scores": (table(method="TAKNI", y_true=LABELS, y_pred=TOP), "expected columns named as"),
    # dataset,method,label,prediction,probability
    "two methods": (
        table(method=["a", "b"] * 30, label=BINARY, prediction=1, probability=ONE),
        "column 'method': expected the predictions of one model",
    ),
    # tidymodels: .pred_cat,...,.config
    "two settings": (
        frame([f".pred_{p}" for p in PETS], PETS[LABELS], **{".config": ["Model1", "Model2"] * 30}),
        "column '.config': expected the predictions of one model",
    ),
    # timm: filename,label,index_0..2,prob_0..2
    "by rank": (
        table(filename=IDS, label=LABELS)
        .join(pd.DataFrame(ORDER).add_prefix("index_"))
        .join(pd.DataFrame(RANKED).add_prefix("prob_")),
        "--pred index_0 --confidence prob_0 takes the first ones",
    ),
    "by rank, of two": (
        table(label=BINARY, class_1=(ONE > 0.5) * 1, class_2=(ONE <= 0.5) * 1)
        .assign(prob_1=np.maximum(ONE, 1 - ONE), prob_2=np.minimum(ONE, 1 - ONE))
        .assign(label=BINARY + 1),
        "--pred class_1 --confidence prob_1 takes the first ones",
    ),
    # label,prob_raw,prob_calibrated
    "two probabilities of one class": (
        table(label=BINARY, prob_raw=ONE, prob_calibrated=ONE**2),
        "if they are two scores of one class, --scores prob_raw takes one",
    ),
    "logits of two models": (
        table(label=BINARY, logit_lgb=LOGIT, logit_xgb=LOGIT + np.sin(range(60))),
        "if they are two scores of one class, --scores logit_lgb takes one",
    ),
    # label,logit_fold0,...: one logit of each model
    "folds": (
        table(label=BINARY, **{f"logit_fold{k}": ONE - 0.5 + k / 99 for k in range(3)}),
        "expected columns named as scores",
    ),
    "a threshold or a confidence": (
        table(label=BINARY, prediction=(SURE > 0.8) * 1, probability=SURE),
        "--scores probability as that of class 1",
    ),
    # file;prediction;confidence
    "no labels": (
        table(file=IDS, prediction=TOP, confidence=BEST).to_csv(sep=";", index=False),
        "--labels FILE has them elsewhere",
    ),
    # filename,label,prob of timm's inference.py: the label is what was predicted
    "predicted labels": (
        table(filename=IDS, label=(ONE > 0.5) * 1, prob=np.maximum(ONE, 1 - ONE)),
        "column 'prob' is never below 1/2",
    ),
    # id,toxic,severe_toxic,obscene with a label: several may be true
    "multilabel": (
        frame(
            ["toxic", "obscene", "insult"], np.array(["toxic", "obscene", "insult"])[LABELS]
        ).assign(obscene=0.9),
        "rows that sum to 1",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_what_to_do(tmp_path, name, capsys):
    content, problem = REFUSED[name]
    assert problem in refused(tmp_path, capsys, content)


def test_h2o_leaves_labels_elsewhere_and_has_another_threshold(tmp_path, capsys):
    pd.Series(BINARY).to_csv(tmp_path / "labels.csv", index=False, header=["survived"])
    h2o = table(predict=(ONE > 0.3) * 1, p0=1 - ONE, p1=ONE)
    run = recorded(tmp_path, h2o, "--labels", str(tmp_path / "labels.csv"))
    assert accuracy(run) == RIGHT
    off = int(((ONE > 0.3) != (ONE > 0.5)).sum())
    assert f"the largest score in {60 - off} of 60 rows; not in {off}" in capsys.readouterr().out


DOUBTED = {
    "ranks without classes": (
        table(label=LABELS).join(pd.DataFrame(RANKED).add_prefix("prob_")),
        "prob_0, prob_1, prob_2 fall in each row",
    ),
    # caret: pred,obs,cat,dog,bird,rowIndex,mtry
    "two settings": (
        pd.concat([frame(PETS, PETS[LABELS], "obs", rowIndex=range(60), mtry=m) for m in (2, 3)]),
        "each 'rowIndex' is in 2 rows",
    ),
    # label,prediction,prob, which is that of the label
    "the score of the label": (
        table(label=LABELS, prediction=TOP, prob=PROBS[np.arange(60), LABELS]),
        "it may be the score of the label, not of the predicted class",
    ),
}


@pytest.mark.parametrize("name", DOUBTED)
def test_it_is_read_with_a_line_that_says_what_may_be_wrong(tmp_path, name, capsys):
    content, doubt = DOUBTED[name]
    recorded(tmp_path, content)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if doubt in one]
    assert line.startswith("  check: ")


def test_two_models_that_are_said_to_be_classes_are_doubted(tmp_path, capsys):
    models = table(label=BINARY, logit_lgb=LOGIT, logit_xgb=LOGIT + np.sin(range(60)))
    recorded(tmp_path, models, "--classes", "lgb,xgb")
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "of models" in one]
    assert line.startswith("  check: ") and line.endswith("--scores logit_lgb takes one")


def test_no_line_says_that_something_may_be_wrong_where_nothing_is(tmp_path, capsys):
    same = table(label=LABELS, prob_0=0.5, prob_1=0.3, prob_2=0.2)
    twice = pd.concat([frame(PROB, id=range(60)), frame(PROB, (LABELS + 1) % 3, id=range(60))])
    alike = table(label=BINARY, logit_cat=-LOGIT, logit_dog=LOGIT)
    for content, options in ((same, ()), (twice, ()), (alike, ("--classes", "cat,dog"))):
        recorded(tmp_path, content, *options)
        assert "  check: " not in capsys.readouterr().out

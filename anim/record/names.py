"""What columns of predictions are called: the names that say a role, and those of scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anim.record.cells import key_of
from anim.record.spelling import words

# Plain names (see `plain`) of each role.
LABEL = words(
    "y_true label labels true_label true_labels target targets y true truth gt ground_truth "
    "groundtruth gt_label true_class label_true actual actual_label actual_class actuals "
    "expected gold gold_label reference obs observed y_test y_val target_label true_y "
    "class_label expected_label real_label label_id label_ids"
)
PREDICTION = words(
    "y_pred pred preds pred_label pred_labels predicted_label predicted_labels predicted "
    "prediction predictions predict pred_class predicted_class y_hat yhat label_pred "
    "prediction_label predicted_y output_label argmax top1 top_1 response scored_labels "
    "predicted_category"
)
CONFIDENCE = words(
    "confidence conf confidences max_prob max_probs max_probability prob_max msp "
    "prediction_score top1_prob top1_score pred_confidence pred_score max_softmax "
    "max_confidence stated_confidence verbalized_confidence verbalised_confidence"
)
CORRECT = words("correct is_correct hit hits is_right")
WEIGHT = words("weight weights sample_weight sample_weights w wt instance_weight example_weight")
GROUP = words("group groups slice subgroup")
# In the order in which one is taken.
STEP = words(
    "step global_step training_step train_step steps iteration iter iterations checkpoint "
    "ckpt epoch epochs n_iter"
)
ID = words(
    "id ids idx image_id img_id example_id sample_id row_id rowid row_ids uid uuid guid key "
    "filename file file_name filepath file_path path image img img_path image_path name "
    "sample_idx sample_index example_index example_idx image_index image_idx data_index item_id "
    "doc_id event_id user_id patient_id example sample rowindex row_index row passengerid "
    "passenger_id image_name img_name fname question_id qid"
)
# Columns whose every value is a part of a file that belongs to another model.
MODEL = words(
    "model models method algorithm classifier run run_id model_name model_id learner learner_id "
    "wflow_id config estimator"
)
# Columns that say which part of the data a row is of, and the parts that a model has seen.
PART = words("split splits set subset partition dataset_split data_split fold part phase mode")
TRAINING = words("train training learn fit")
# What pandas and others call an index that says nothing.
_INDEX = re.compile(r"|index|level_\d+|unnamed_\d+|index_level_\d+|rownames|column_\d+")

# One column of scores: of class 1 if there are two classes.
SINGLE = words(
    "prob probs proba probability probabilities score scores p y_prob y_proba y_probs y_score "
    "y_scores pred_prob pred_proba y_pred_prob y_pred_proba predicted_prob predicted_proba "
    "predicted_probability pred_probability prediction_probability predict_proba "
    "positive_prob positive_probability p_hat phat logit logits y_logit raw_score "
    "raw_prediction margin softmax scored_probabilities prob_positive pred_probs y_pred_probs "
    "pred_logits prediction_probs prediction_proba decision_function posterior "
    "predicted_label_probs"
)
_PROBS = (
    r"predicted[ _.]probabilit(?:y|ies)|predicted[ _.]prob|y_pred_proba|y_pred_prob|pred_proba|"
    r"pred_probs?|y_probas?|y_probs?|scored[ _.]probabilities|softmax|posterior|prob[_ ]class|"
    r"class[_ ]prob|probabilit(?:y|ies)|probas?|probs?|pr|p"
)
_LOGITS = r"pred_logits?|y_logits?|logits?|raw_?prediction"
_OTHERS = (
    r"prediction_scores?|y_scores?|scores?|confidences?|conf|outputs?|\.pred|predictions?|preds?|"
    r"class"
)
_OF = r"(?:[^()=]+=[ ]?|class[ _.]?|for class[ ]?)?"
# Words that say probabilities or logits come before those that may say something else.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for words_ in (rf"(?P<probs>{_PROBS})|(?P<logits>{_LOGITS})", f"(?P<others>{_OTHERS})")
    for pattern in (
        rf"(?:{words_})[ ]?[(\[]{_OF}\"?(?P<name>[^()\[\]]+?)\"?[)\]]",
        rf"(?:{words_})(?:[ _.\-:]+{_OF}|(?=\d))(?P<name>.+)",
        rf"(?P<name>.+?)[ _.\-]+(?:{words_})",
    )
)
# Parts of names of columns that summarise scores, and are none.
_SUMMARIES = words(
    "max min mean std var sum true label pred class id name diff margin entropy top1 top2 "
    "top5 correct target gap threshold rank time loss error percentile quantile decile"
)
_RANK = re.compile(r"(?:^|_)(?:(?:top|rank)_?\d+|first|second|third|highest)(?:_|$)")

# Models whose scores stand side by side, which are no classes.
_OF_MODELS = re.compile(
    r"(?:.*_)?(?:fold|model|seed|run|tta|member|learner|estimator|clf|net|head|trial|repeat|cv|view"
    r"|epoch|step|ckpt|checkpoint)_?\d+"
)

# What two classes are often called: the second is the one that a single score is of.
_PAIRS = (
    ("0", "1"),
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("neg", "pos"),
    ("negative", "positive"),
    ("-1", "1"),
    ("off", "on"),
)


@dataclass(frozen=True)
class ScoreName:
    """What the name of a column of scores says.

    Attributes:
        column: the name.
        family: the word that says so, such as ``prob``, and whether it comes first.
        class_name: the rest, without zeros around an integer.
        kind: ``probs`` or ``logits``; None for words such as ``score``.
    """

    column: str
    family: str
    class_name: str
    kind: str | None

    @property
    def is_plain(self) -> bool:
        """Whether the name says probabilities or logits by a whole word."""
        return self.kind is not None and self.family not in ("1 p", "1 pr", "2 p", "2 pr")


def plain(name: str) -> str:
    """Return a name in small letters and digits, with underscores between words."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^0-9a-z]+", "_", parted.lower()).strip("_")


def folded(name: str) -> str:
    """Return the name of a class in one spelling, whatever its case, spaces, ``_`` and ``-``."""
    return " ".join(key_of(name.strip()).casefold().replace("_", " ").replace("-", " ").split())


def is_index(name: str) -> bool:
    """Return whether a name is what pandas and others call an index."""
    return _INDEX.fullmatch(plain(name)) is not None


def is_ranked(name: str) -> bool:
    """Return whether a name says a rank (``top_2``): each row has it of another class."""
    return _RANK.search(plain(name)) is not None


def is_of_model(name: str) -> bool:
    """Return whether a name says one of several models (``fold_2``), not a class."""
    return _OF_MODELS.fullmatch(plain(name)) is not None


def score_name(column: str, classes: Sequence[str] = ()) -> ScoreName | None:
    """Return what the name of a column of scores says; None for other names.

    Args:
        column: the name.
        classes: what is a class, even if it usually says something else, such as ``error``.
    """
    for place, pattern in enumerate(_PATTERNS):
        match = pattern.fullmatch(column)
        if match is None:
            continue
        name = match["name"].strip()
        name = re.sub(r"(?i)^class[ _.]?(?=\d)", "", name).strip('"')
        says_no_class = not name or plain(name) in _SUMMARIES or is_ranked(name)
        says_no_class = says_no_class or is_of_model(name)
        if says_no_class and key_of(name) not in classes:
            return None
        kind, word = next(
            pair for pair in match.groupdict().items() if pair[0] != "name" and pair[1]
        )
        kind = None if kind == "others" else kind
        return ScoreName(column, f"{place} {word.lower()}", key_of(name), kind)
    return None


def kind_said(column: str) -> str | None:
    """Return the kind of scores that the name of a single column or a list says."""
    for pattern, kind in ((_PROBS, "probs"), (_LOGITS, "logits")):
        if re.fullmatch(pattern, column, re.IGNORECASE) or re.fullmatch(pattern, plain(column)):
            return kind
    if re.search(r"prob|softmax", plain(column)):
        return "probs"
    return "logits" if re.search(r"logit|raw|margin|decision", plain(column)) else None


def pair_of(values: Sequence[str]) -> tuple[str, str] | None:
    """Return the two classes that values are of, 0 and 1; None if they are not such a pair."""
    low = {value.casefold(): value for value in values}
    for pair in _PAIRS:
        if low.keys() <= set(pair):
            return (low.get(pair[0], pair[0]), low.get(pair[1], pair[1]))
    return None

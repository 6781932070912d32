"""Weights, groups and what is ignored, of many processes; threads stand for these."""

import numpy as np

import anim
from anim.run.examples import Examples, Groups
from tests.run.store.test_shared import (
    EXAMPLES,
    LABELS,
    RANKS,
    in_all,
    logits,
    raise_any,
    record,
    sampled,
)


def test_each_process_says_what_it_knows_of_its_examples(tmp_path):
    labels = np.where(np.arange(EXAMPLES) % 5 == 2, -1, LABELS).astype(np.int32)
    weights = np.linspace(0.5, 2, EXAMPLES)
    sites = np.array(["a", "c", "b", "d"])[np.arange(EXAMPLES) % RANKS]

    def act(rank, steps=(0, 5), **options):
        index = sampled(rank)
        # Padding is the first examples again, in ranks that have no others of these groups.
        names, codes = np.unique(sites[index], return_inverse=True)
        groups = {"site": Groups(tuple(names.tolist()), codes.astype(np.int32))}
        examples = Examples(labels[index], weights[index], groups)
        record(tmp_path / "r", rank, steps, examples=examples, **options)

    raise_any(in_all(act))
    raise_any(in_all(lambda rank: act(rank, [9], resume=True)))
    run, counts = anim.open(tmp_path / "r"), labels >= 0
    assert run.steps.tolist() == [0, 5, 9]
    np.testing.assert_array_equal(run.labels, labels[counts])
    np.testing.assert_array_equal(run.weights, weights[counts])
    np.testing.assert_array_equal(run.logits(1), logits(5)[counts])
    site = run.groups["site"]
    assert site.names == ("a", "b", "c", "d")
    np.testing.assert_array_equal(np.array(site.names)[site.codes], sites[counts])


def test_examples_of_one_process_alone_cannot_have_weights(tmp_path):
    def act(rank):
        index = sampled(rank)
        weights = np.ones(len(index)) if rank == 2 else None
        record(tmp_path / "r", rank, [0], examples=Examples(LABELS[index], weights))

    errors = [str(error) for error in in_all(act)]
    assert "weights: expected them in all processes, or in none of them" in errors[0]


def test_all_processes_draw_alike(tmp_path):
    def act(rank):
        index = sampled(rank)
        drawn = Examples(LABELS[index], drawn=(0.5, int(rank == 2)))
        record(tmp_path / "r", rank, [0], examples=drawn)

    errors = [str(error) for error in in_all(act)]
    assert "keep_fraction: expected the same, and one seed, in all processes" in errors[0]

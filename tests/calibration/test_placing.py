"""Arrays on several devices, under any sharding, give the numbers of arrays on one."""

import jax
import jax.numpy as jnp
import pytest

from anim import calibration
from tests.support.predictions import CASES
from tests.support.shardings import FOUR_DEVICES
from tests.support.subprocesses import run_python

PROBS, LABELS = CASES["under-confident"]


@pytest.mark.parametrize(
    "size",
    [pytest.param("few", marks=pytest.mark.slow), pytest.param("all", marks=pytest.mark.stress)],
)
def test_the_numbers_are_those_of_arrays_on_one_device(size):
    code = "import sys; from tests.support.shardings import main; main(sys.argv[1])"
    count, *problems = run_python(code, size, env=FOUR_DEVICES).stdout.splitlines()
    assert not problems
    assert int(count.split()[0]) > (20 if size == "few" else 3000)


@pytest.mark.parametrize("name", ["calibration_error", "brier_score"])
def test_constants_of_a_compiled_function_are_checked_and_used(name):
    function, labels = getattr(calibration, name), jnp.asarray(LABELS)
    expected = function(PROBS, LABELS)
    assert jax.jit(lambda probs: function(probs, labels))(PROBS) == pytest.approx(expected)
    assert jax.jit(lambda: function(jnp.asarray(PROBS), labels))() == pytest.approx(expected)
    beyond = labels + 1
    with pytest.raises(ValueError, match=r"^labels: expected integers in"):
        jax.jit(lambda probs: function(probs, beyond))(PROBS)


def test_a_mesh_that_is_set_stays_set():
    mesh = jax.make_mesh((1,), ("d",), axis_types=(jax.sharding.AxisType.Explicit,))
    with jax.set_mesh(mesh):
        calibration.calibration_error(PROBS, LABELS)
        with pytest.raises(ValueError, match=r"^labels: "):
            calibration.calibration_error(PROBS, LABELS + 1)
        assert jax.sharding.get_mesh() == mesh

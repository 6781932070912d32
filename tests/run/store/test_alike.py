"""What processes that record together must have in common."""

import pytest

from anim.errors import SettingError
from anim.run.store.processes.alike import check_same


@pytest.mark.parametrize(("step", "flag"), [(0, False), (1, True)])
def test_a_step_to_resume_after_is_none_of_true_and_false(step, flag):
    check_same([{"resume": step}, {"resume": step}])
    with pytest.raises(SettingError) as caught:
        check_same([{"resume": step}, {"resume": flag}])
    problem = (
        f"expected the same in all processes, got {flag} in process 1, and {step} in process 0"
    )
    assert str(caught.value) == f"resume: {problem}"

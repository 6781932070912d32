"""From predictions to bins, curves, errors and recalibrations: pure functions on arrays.

They are compiled for the device that holds the arrays, except for a few that SciPy computes.

Signatures state shapes as jaxtyping does, and only tests check them. ``*snapshots`` stands for any
number of leading axes; where it is ``*#snapshots``, an argument without them holds for all.
"""

# Each module lists in its own `__all__` what the package offers.
from anim.calibration.binned_errors import *
from anim.calibration.bins import *
from anim.calibration.noise import *
from anim.calibration.proper_scores import *
from anim.calibration.scaling import *
from anim.calibration.scores import *
from anim.calibration.smooth import *
from anim.calibration.views import *

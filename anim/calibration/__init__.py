"""From predictions to bins, curves, errors and recalibrations: pure functions on arrays.

What this package offers checks its arguments. The modules check nothing: where arrays were checked
before, as those of a recording, functions are imported from them. Under ``jax.jit``, ``vmap`` and
``grad`` only shapes are known, and values are not checked.

They are compiled for the device that holds the arrays, except for a few that SciPy computes.

Signatures state shapes as jaxtyping does, and only tests check them. ``*snapshots`` stands for any
number of leading axes; where it is ``*#snapshots``, an argument without them holds for all.
"""

# Each module lists in its own `__all__` what the package offers.
from anim.calibration.binned_errors import *
from anim.calibration.bins import *
from anim.calibration.chance import *
from anim.calibration.class_errors import *
from anim.calibration.corp import *
from anim.calibration.curve_bands import *
from anim.calibration.error_interval import *
from anim.calibration.example_scores import *
from anim.calibration.face import publish as _publish
from anim.calibration.isotonic import *
from anim.calibration.noise import *
from anim.calibration.prediction_errors import *
from anim.calibration.proper_scores import *
from anim.calibration.scaling import *
from anim.calibration.score_tests import *
from anim.calibration.scores import *
from anim.calibration.smooth import *
from anim.calibration.views import *
from anim.calibration.weights import *

_publish(globals())

"""Arrow's functions on columns. They are made when imported, so type checkers do not see them."""

from __future__ import annotations

import importlib
from typing import Any

compute: Any = importlib.import_module("pyarrow.compute")

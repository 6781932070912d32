"""``python -m anim.watch``; see `anim.watch`."""

import sys

from anim.watch import main

sys.exit(main())

"""``python -m anim.embed``; see `anim.embed`."""

import sys

from anim.embed import main

sys.exit(main())

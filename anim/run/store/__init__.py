"""How a recording lies on disk, and how it is written and read."""

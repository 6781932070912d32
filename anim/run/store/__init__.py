"""Where the snapshots of a recording are kept: in memory, or in a folder."""

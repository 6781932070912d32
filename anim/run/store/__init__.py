"""Where the snapshots of a recording are kept: in memory, in a folder, or in a bucket."""

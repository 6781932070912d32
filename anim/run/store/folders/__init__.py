"""Recordings in folders of a file system."""

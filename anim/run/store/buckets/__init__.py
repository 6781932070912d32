"""Recordings in buckets."""

"""Recordings that several processes write together."""

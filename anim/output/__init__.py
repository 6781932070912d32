"""Runs to files and to notebooks."""

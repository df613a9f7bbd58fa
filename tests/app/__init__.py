"""Tests of the processes and of what they serve."""

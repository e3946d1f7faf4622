"""Tests of projection: mood, its names and words, and the scene."""

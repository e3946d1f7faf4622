"""Tests of the kinds of live events."""

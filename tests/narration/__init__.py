"""Tests of narration: when it speaks, what is true, how it sounds."""

"""Figures for Prometheus: every part keeps plain numbers of its own, which are read when somebody asks."""

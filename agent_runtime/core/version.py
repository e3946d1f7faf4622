"""The version of this release: the one place that names it."""

VERSION = "0.1.0"

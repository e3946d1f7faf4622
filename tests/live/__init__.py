"""The live room, on real servers."""

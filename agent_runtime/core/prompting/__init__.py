"""The parts a prompt is assembled from: the prefix that stays, what comes late, what fits, how things stand."""

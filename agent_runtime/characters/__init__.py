"""Character files: read safely, checked with line and column, kept in a roster by slug."""

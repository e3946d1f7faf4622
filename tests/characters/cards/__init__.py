"""Cards: hand-made ones in every format, with every deviation that is seen in the wild."""

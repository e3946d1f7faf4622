"""Cards of other programs, read and written: one file a format. Nothing of a card is run, and no address is fetched."""

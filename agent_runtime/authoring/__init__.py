"""The author at work: an interview that ends with a character file, guided or with a model."""

"""The grid tree and who answers for it."""

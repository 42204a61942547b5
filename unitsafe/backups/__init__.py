"""Backups: one file with the database, the photos and the secret key; proofs of it; the way back."""

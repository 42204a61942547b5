"""`python -m bench`: how quick the app is beside the bare minimum on the same machine."""

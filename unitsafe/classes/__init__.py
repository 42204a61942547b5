"""Classes: how many pupils sit where, and who leads them out."""

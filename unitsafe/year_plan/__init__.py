"""今年要做的: what a school year asks for, how far it is, and the plan that the principal signs."""

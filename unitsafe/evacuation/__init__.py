"""疏散引导: who leads which floor out, by which way, to which point; who helps whom."""

"""维保与检测: readings of the systems, contractors' visits, test reports, contracts, and what there
should be."""

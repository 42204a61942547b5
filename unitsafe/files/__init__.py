"""Files that people attach: scans, reports, plans; kept by content, served as what they are."""

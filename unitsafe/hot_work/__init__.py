"""动火审批: permits to weld and cut, from the application to the look afterwards."""

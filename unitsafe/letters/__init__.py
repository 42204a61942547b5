"""Letters of responsibility (责任书): one per person and school year, signed again after a change."""

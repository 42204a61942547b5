"""运行情况: how the server itself is doing, for whoever looks after it."""

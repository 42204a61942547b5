"""The sample school: fictional, with a term of history."""

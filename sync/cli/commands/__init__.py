"""The commands, one file per kind: those that only look, and those that write."""

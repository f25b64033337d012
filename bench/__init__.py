"""What `make bench` runs: one JSON line per figure, peers measured in the same run."""

"""What intake shows and looks up. Every table can be dropped and replayed from the logs."""

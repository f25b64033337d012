"""What reporting counts and shows. Every table can be dropped and replayed from the logs."""

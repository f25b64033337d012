"""What several tests share: real servers, given-when-then."""

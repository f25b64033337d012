"""What referral shows and looks up. Every table but the access log can be dropped and replayed from the logs."""

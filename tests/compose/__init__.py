"""docker-compose.yml without Docker: the same commands with the same environment as processes of this machine."""

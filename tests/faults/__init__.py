"""What happens when something breaks: the distributed system under load, with its own RabbitMQ node and PostgreSQL
cluster."""

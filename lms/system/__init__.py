"""Running an installation: what it is, its background jobs, and its sample."""

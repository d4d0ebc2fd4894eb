"""Knowledge beside production: decisions of the queues are imported and read together with quiz results by section."""

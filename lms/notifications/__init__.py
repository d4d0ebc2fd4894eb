"""What concerns people, told in their language: an inbox for each, and one mail a morning about what is new in it."""

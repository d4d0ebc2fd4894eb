"""Vendors, their sites and rooms, and the holidays of a place."""

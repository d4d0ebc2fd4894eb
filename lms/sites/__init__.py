"""Vendors and their sites: where people work, in which zone, on which days."""

"""Versioned policy modules in English and Japanese: import and export, reading, acknowledgement."""

"""The sample organisation: its texts as files, its people and plans as data, and the loader."""

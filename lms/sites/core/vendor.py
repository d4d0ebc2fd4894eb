"""Kinds of vendor."""

from __future__ import annotations

from enum import StrEnum


class VendorKind(StrEnum):
    """In-house is a vendor too, so that nobody is without one."""

    IN_HOUSE = "in_house"
    BPO = "bpo"

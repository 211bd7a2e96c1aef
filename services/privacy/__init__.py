"""A member's own data: the copy of it, and the two ways in which it goes (F20, R103, G16, G17)."""

from services.privacy.erasing import Erased, erase
from services.privacy.export import as_json, export, hand_out
from services.privacy.leaving import Left, leave

__all__ = ["Erased", "Left", "as_json", "erase", "export", "hand_out", "leave"]

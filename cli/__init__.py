"""The operator's commands. See README.md for what this folder may not do."""

from cli.entry import main
from cli.tools import CliTools, SettingsLike

__all__ = ["CliTools", "SettingsLike", "main"]

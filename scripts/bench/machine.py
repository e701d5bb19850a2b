"""
What the figures were taken on.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import datetime
from pathlib import Path

from scripts.bench.protocol import ROOT


def machine() -> str:
    """
    Return the machine's kind, in a line.
    """
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.machine()},"
        f" {platform.system()} {platform.release()}"
    )


def processor() -> str:
    """
    Return the model of the processor, as far as the system tells.
    """
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        told = ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.processor() or "an unknown processor"


def load() -> str:
    """
    Return how busy the machine was over the last minute, where the system tells.
    """
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except OSError:
        return "unknown"


def today() -> str:
    """
    Return the date and the time.
    """
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")


def commit() -> str:
    """
    Return the commit of the checkout, with a mark where it has changes.
    """
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()

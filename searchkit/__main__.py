"""
``python -m searchkit`` is the command ``searchkit``.
"""

from searchkit.cli import run

if __name__ == "__main__":
    run()

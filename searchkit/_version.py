"""
The version of this release, in one place for packaging and for the manifest.
"""

__version__ = "0.1.0"

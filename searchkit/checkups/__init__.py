"""
Checkups.
"""

"""
The compiled extension; everything else about the package is in ``setup.cfg``.

Where there is no working C++ compiler the package is installed without it, and runs on
Whoosh's own codec: slower, with the same answers.
"""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCES = Path("searchkit/native/src")
PYTHON_ABI = 0x030B0000
"""The stable ABI of Python 3.11: one binary serves every later version, too."""


class OptionalBuild(build_ext):
    """
    Building that says in one sentence what it means when it fails.
    """

    def build_extension(self, ext: Extension) -> None:
        """
        Compile and link; a failure is told, and passed over.
        """
        try:
            super().build_extension(ext)
        except Exception as error:  # noqa: BLE001 - any failure has the same answer
            print(
                "searchkit: the native extension could not be compiled"
                f" ({str(error).splitlines()[0]}); installing without it."
                " Searching will be slower, with the same answers.",
                file=sys.stderr,
            )


setup(
    ext_modules=[
        Extension(
            "searchkit.native._native",
            sources=sorted(str(path) for path in SOURCES.glob("*.cpp")),
            depends=sorted(str(path) for path in SOURCES.glob("*.hpp")),
            include_dirs=[str(SOURCES)],
            define_macros=[("Py_LIMITED_API", f"{PYTHON_ABI:#010x}")],
            # Fused operations would make scores differ between processors.
            extra_compile_args=[
                "-std=c++17",
                "-O3",
                "-g0",
                "-fvisibility=hidden",
                "-ffp-contract=off",
                "-Wall",
                "-Wextra",
            ],
            # Half of what loading the extension takes is the C++ library's symbols.
            extra_link_args=(
                ["-static-libstdc++", "-static-libgcc"]
                if sys.platform == "linux"
                else []
            ),
            language="c++",
            py_limited_api=True,
            optional=True,
        )
    ],
    cmdclass={"build_ext": OptionalBuild},
)

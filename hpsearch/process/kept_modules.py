"""Importing a project's modules from a copy of its files, as if they were in the project.

A search runs the code that it began with, even if the files are edited in the meantime. Modules come from the
copy; their ``__file__``, their tracebacks and the files that they find next to them are the project's. Only
source text is read from the copy, never compiled code.

This module imports only the standard library, and nothing from hpsearch, because it runs in the process of
user code.
"""

# ruff: noqa: PTH100, PTH112, PTH118, PTH119, PTH206 -- the import system uses strings for paths

import importlib.machinery
import importlib.util
import linecache
import os
import sys
from types import CodeType

VARIABLE = "HPSEARCH_CODE"
"""An environment variable with three lines: the project, its copy, and whether the copy is complete."""


def install_from_environment() -> None:
    """Install the import described by :data:`VARIABLE`, if it is set."""
    if found := os.environ.get(VARIABLE):
        project, copy, whole = found.split("\n")
        install(project, copy, whole=whole == "whole")


def install(project: str, copy: str, *, whole: bool = True) -> None:
    """From now on, import the modules in a project from its copy.

    Args:
        project: The project's directory.
        copy: The directory with the copy of its files.
        whole: Whether the copy is complete; if not, other files are read from the project.
    """
    roots = dict.fromkeys((os.path.abspath(project), os.path.realpath(project)))

    def hook(path: str) -> _Finder:
        place = os.path.abspath(path)
        for root in roots:
            relative = os.path.relpath(place, root)
            kept = os.path.normpath(os.path.join(copy, relative))
            if relative.split(os.sep)[0] != os.pardir and os.path.isdir(kept):
                return _Finder(place, kept, whole)
        raise ImportError(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()


class _Finder:
    """Finds the modules in one directory: Python's own finder, with source files from the copy."""

    def __init__(self, directory: str, kept: str, whole: bool) -> None:
        self._directory = directory
        extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
        self._compiled = importlib.machinery.FileFinder(directory, extensions)
        source = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
        self._kept = importlib.machinery.FileFinder(kept, source)
        self._others = None if whole else importlib.machinery.FileFinder(directory, source)

    def find_spec(self, name: str, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """The module, if it is in this directory."""
        compiled = self._compiled.find_spec(name)
        if compiled is not None and compiled.loader is not None:
            return compiled
        found = self._kept.find_spec(name)
        if found is None and self._others is not None:
            found = self._others.find_spec(name)
            return found or compiled
        if found is None:
            return compiled  # a directory without modules, or nothing
        place = os.path.join(self._directory, name.rpartition(".")[2])
        if found.loader is None or found.origin is None:
            found.submodule_search_locations = [place]
            return found
        package = found.submodule_search_locations is not None
        path = os.path.join(place, os.path.basename(found.origin)) if package else place + ".py"
        return importlib.util.spec_from_file_location(
            name,
            path,
            loader=_Loader(name, path, found.origin),
            submodule_search_locations=[place] if package else None,
        )

    def invalidate_caches(self) -> None:
        """Forget cached directory listings."""
        self._compiled.invalidate_caches()
        self._kept.invalidate_caches()


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from its copy."""

    def __init__(self, name: str, path: str, kept: str) -> None:
        super().__init__(name, path)
        self._source_path = kept

    def get_data(self, path: str) -> bytes:
        """The bytes of the module itself from the copy, of any other file from the project."""
        return super().get_data(self._source_path if path == self.path else path)

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the copy's text; compiled code next to the project's file may not match it."""
        path = self.get_filename(fullname)
        text = self.get_source(fullname) or ""
        # Tracebacks then show the lines that ran; without a time, this entry is never checked.
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code

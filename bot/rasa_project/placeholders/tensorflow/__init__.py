"""Stands in for TensorFlow, Keras and TensorFlow Addons, none of which is installed.

Rasa's default component registry imports every component it ships, and most of those
import TensorFlow when they are loaded. None of them is in our pipeline, so names that can
be subclassed, annotated with and used as decorators are all that import needs. Making an
instance of one is a mistake in the configuration and says so.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

ROOTS = ("tensorflow", "keras", "tensorflow_addons")


class PlaceholderType(type):
    """Any attribute of a placeholder is a placeholder again: `tf.keras.layers.Layer`."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return placeholder(f"{cls.__qualname__}.{name}")


class Placeholder(metaclass=PlaceholderType):
    """What every TensorFlow name is here."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` above a method that is never called must leave the method alone.
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], type):
            return args[0]
        raise RuntimeError(f"{cls.__qualname__} needs TensorFlow, which is not installed")


def placeholder(name: str) -> type:
    return PlaceholderType(name, (Placeholder,), {"__module__": __name__})


class PlaceholderModule(ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return placeholder(f"{self.__name__}.{name}")


class PlaceholderFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `tensorflow.anything`, `keras` and `tensorflow_addons`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.split(".", 1)[0] in ROOTS:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return placeholder(f"tensorflow.{name}")


sys.meta_path.append(PlaceholderFinder())

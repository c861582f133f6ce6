"""Which encoders read a language, and the vectors of a training kept for the next one."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

import numpy as np

from components.encoder import encoder
from components.multilingual import multilingual_encoder

MINILM, USE = "minilm", "use"

DIMENSIONS = {MINILM: 384, USE: 512}

SPACES: Dict[str, Tuple[str, ...]] = {"en": (MINILM, USE), "es": (USE,)}
"""Per language the vectors that stand side by side in a message's one feature."""

DEFAULT_LANGUAGE = "en"

CACHE_VARIABLE = "SWITCHBOARD_VECTOR_CACHE"
"""Names a folder in which a training leaves its vectors: most phrases are there again next time."""


def language_of(metadata: Optional[Mapping[str, Any]]) -> str:
    """The language named by a message's metadata; English where it names none we read.

    Rasa keeps the metadata of an intent in the training data one level deeper.
    """
    metadata = metadata or {}
    intent = metadata.get("intent")
    named = metadata.get("language") or (
        intent.get("language") if isinstance(intent, Mapping) else None
    )
    return named if isinstance(named, str) and named in SPACES else DEFAULT_LANGUAGE


def width(language: str) -> int:
    return sum(DIMENSIONS[space] for space in SPACES[language])


def encode(text: str, language: str) -> np.ndarray:
    """Shape (width of the language,): one vector of length 1 a space, side by side."""
    return np.concatenate([_one(space)(text) for space in SPACES[language]])


def warm_up() -> None:
    """Load every encoder: it takes seconds, and must not happen during a message."""
    for language in SPACES:
        encode("ready", language)


def _one(space: str) -> Callable[[str], np.ndarray]:
    return encoder().encode if space == MINILM else multilingual_encoder().encode


def _all(space: str) -> Callable[[Sequence[str]], np.ndarray]:
    return encoder().encode_all if space == MINILM else multilingual_encoder().encode_all


class VectorStore:
    """Encodes many texts, each once; what was asked of it can be saved for the next training.

    `folder` None keeps nothing. The files hold digests, no text. A file that cannot be read
    counts as absent. The caller sees to it that two trainings do not share a folder at once.
    """

    def __init__(self, folder: Optional[Path]) -> None:
        self._folder = folder
        self._known: Dict[str, Dict[str, np.ndarray]] = {}
        self._asked: Dict[str, Dict[str, np.ndarray]] = {space: {} for space in DIMENSIONS}

    @classmethod
    def from_environment(cls) -> "VectorStore":
        folder = os.environ.get(CACHE_VARIABLE)
        return cls(Path(folder) if folder else None)

    def encode_all(self, texts: Sequence[str], language: str) -> np.ndarray:
        """Shape (number of texts, width of the language)."""
        return np.hstack([self.in_space(texts, space) for space in SPACES[language]])

    def in_space(self, texts: Sequence[str], space: str) -> np.ndarray:
        """Shape (number of texts, dimensions of the space)."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        asked = self._asked[space]
        known = self._load(space)
        missing = {
            key: text
            for key, text in zip(keys, texts, strict=True)
            if key not in asked and key not in known
        }
        fresh = dict(zip(missing, _all(space)(list(missing.values())), strict=True))
        for key in keys:
            if key not in asked:
                asked[key] = fresh[key] if key in fresh else known[key]
        rows = [asked[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS[space]), dtype=np.float32)

    def save(self) -> None:
        """Replace each file by what was asked for since this object was made."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for space, vectors in self._asked.items():
            if vectors:
                draft = self._folder / f".{space}.npz"
                np.savez(draft, keys=np.array(list(vectors)), rows=np.stack(list(vectors.values())))
                draft.replace(self._folder / f"{space}.npz")

    def _load(self, space: str) -> Dict[str, np.ndarray]:
        if space not in self._known:
            self._known[space] = {}
            path = self._folder / f"{space}.npz" if self._folder is not None else None
            if path is not None and path.is_file():
                try:
                    with np.load(path, allow_pickle=False) as stored:
                        rows = stored["rows"]
                        if rows.shape[1:] == (DIMENSIONS[space],):
                            self._known[space] = dict(
                                zip(stored["keys"].tolist(), rows, strict=True)
                            )
                except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                    pass  # as if it were not there: its texts are encoded again
        return self._known[space]

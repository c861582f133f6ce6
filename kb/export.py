"""The knowledge base as training data for the Rasa project, which imports nothing of ours.

`python -m kb.export FOLDER` writes four files; the same articles give the same bytes:

- `nlu.yml`: Rasa's format 3.1, one plain intent a slug (`-` becomes `_`) with its phrases;
- `intents.json`: a list of `{"intent", "slug", "title", "confidence", "emergency"}`;
- `out_of_scope.txt`: lines that the bot must not answer, to choose thresholds with;
- `validation.jsonl`: lines `{"text", "slug"}` that are in no article, for the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb.article import BadTraining, unusable
from kb.catalogue import Catalogue

TRAINING = Path(__file__).resolve().parent / "training"
"""What thresholds are chosen with: written by hand, in no article."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message and the slug of the article that is right for it."""

    text: str
    slug: str


class _Block(str):
    """Text that YAML shall write as a literal block, the only form that Rasa documents."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_block(dumper: yaml.SafeDumper, data: _Block) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style="|")


_Dumper.add_representer(_Block, _represent_block)


def export_training(
    catalogue: Catalogue, out_dir: Path, training: Path = TRAINING
) -> tuple[Path, ...]:
    """Write the training data into `out_dir`, which is made if absent; returns the files.

    Raises BadTraining for a line of `training` that cannot be used.
    """
    labelled = read_labelled(training / "validation.jsonl", catalogue)
    contents = {
        "nlu.yml": nlu_yaml(catalogue),
        "intents.json": intents_json(catalogue),
        "out_of_scope.txt": "".join(
            f"{line}\n" for line in read_lines(training / "out_of_scope.txt")
        ),
        "validation.jsonl": "".join(
            json.dumps({"text": each.text, "slug": each.slug}, ensure_ascii=False) + "\n"
            for each in labelled
        ),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    return tuple(_write(out_dir / name, text) for name, text in contents.items())


def nlu_yaml(catalogue: Catalogue) -> str:
    """The phrases of all articles in Rasa's training format."""
    document = {
        "version": "3.1",
        "nlu": [
            {
                "intent": article.intent,
                "examples": _Block("".join(f"- {phrase}\n" for phrase in article.phrases)),
            }
            for article in catalogue
        ],
    }
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def intents_json(catalogue: Catalogue) -> str:
    """What the Rasa project must know of each intent besides its phrases."""
    intents = [
        {
            "intent": article.intent,
            "slug": article.slug,
            "title": article.title,
            "confidence": article.confidence.value,
            "emergency": article.emergency,
        }
        for article in catalogue
    ]
    return json.dumps(intents, ensure_ascii=False, indent=2) + "\n"


def read_labelled(path: Path, slugs: Container[str]) -> Sequence[LabelledText]:
    """The labelled messages of a JSON-lines file, each with one of `slugs`. Raises BadTraining."""
    labelled: list[LabelledText] = []
    for number, line in _numbered(path):
        each = _labelled(path, number, line)
        if each.slug not in slugs:
            raise BadTraining(path, number, f"no article has the slug {each.slug!r}")
        labelled.append(each)
    return labelled


def read_lines(path: Path) -> Sequence[str]:
    """The messages of a plain file, one a line. Raises BadTraining."""
    lines: list[str] = []
    for number, line in _numbered(path):
        reason = unusable(line)
        if reason is not None:
            raise BadTraining(path, number, reason)
        lines.append(line)
    return lines


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _labelled(path: Path, number: int, line: str) -> LabelledText:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadTraining(path, number, f"is not JSON: {error}") from error
    match value:
        case {"text": str(text), "slug": str(slug)}:
            reason = unusable(text)
            if reason is not None:
                raise BadTraining(path, number, reason)
            return LabelledText(text, slug)
        case _:
            raise BadTraining(path, number, "needs the texts 'text' and 'slug'")


def _write(path: Path, text: str) -> Path:
    """Replace `path` in one step: a trainer that reads meanwhile sees the old or the new."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8", newline="\n")
    return draft.replace(path)


def main(arguments: Sequence[str]) -> int:
    """Export the project's own articles into the folder named by `arguments`."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m kb.export FOLDER\n")
        return 2
    for path in export_training(Catalogue.load(), Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The knowledge base as training data for the Rasa project, which imports nothing of ours.

`python -m kb.export FOLDER` writes seven files; the same articles give the same bytes:

- `phrases.jsonl`: lines `{"text", "slug", "lang"}`, how people ask for each article: the lesson;
- `intents.json`: a list of `{"intent", "slug", "title", "confidence", "emergency"}`;
- `out_of_scope.txt`, `out_of_scope_es.txt`: lines that the bot must not answer, a language each;
- `validation.jsonl`: lines `{"text", "slug", "lang"}` that are in no article, which thresholds
  are chosen with;
- `emergencies.jsonl`: the same, of emergencies, and with the slug null lines that sound like one
  and are none, which the detector of emergencies learns from;
- `held_back.jsonl`: as `validation.jsonl`, with the slug `out-of-scope` besides; nothing is chosen
  with these: each trained model is measured on them, so that two can be compared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.article import BadTraining, intent_of
from kb.catalogue import Catalogue
from kb.rules import unusable

TRAINING = Path(__file__).resolve().parent / "training"
"""What thresholds are chosen with: written by hand, in no article."""

LANGUAGES = ("en", "es")

OUT_OF_SCOPE = "out-of-scope"
"""Stands for a slug where no article is right."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message, the slug of the article that is right for it, and its language."""

    text: str
    slug: str
    lang: str = "en"


def export_training(
    catalogue: Catalogue, out_dir: Path, training: Path = TRAINING
) -> tuple[Path, ...]:
    """Write the training data into `out_dir`, which is made if absent; returns the files.

    Raises BadTraining for a line of `training` that cannot be used.
    """
    slugs = {article.slug for article in catalogue}
    contents = {
        "phrases.jsonl": phrases_jsonl(catalogue),
        "intents.json": intents_json(catalogue),
        "out_of_scope.txt": _plain(read_lines(training / "out_of_scope.txt")),
        "out_of_scope_es.txt": _plain(read_lines(training / "out_of_scope_es.txt")),
        "validation.jsonl": _labelled_lines(training / "validation.jsonl", slugs),
        "emergencies.jsonl": _alarm_lines(training / "emergencies.jsonl", slugs),
        "held_back.jsonl": _labelled_lines(training / "held_back.jsonl", slugs | {OUT_OF_SCOPE}),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    return tuple(_write(out_dir / name, text) for name, text in contents.items())


def phrases_jsonl(catalogue: Catalogue) -> str:
    """The phrases of all articles, a line each."""
    return _lines(
        LabelledText(phrase, article.slug, language)
        for article in catalogue
        for language, phrases in (("en", article.phrases), ("es", article.phrases_es))
        for phrase in phrases
    )


def intents_json(catalogue: Catalogue) -> str:
    """What the Rasa project must know of each intent besides its phrases."""
    intents = [
        {
            "intent": intent_of(article.slug),
            "slug": article.slug,
            "title": article.title,
            "confidence": article.confidence.value,
            "emergency": article.emergency,
        }
        for article in catalogue
    ]
    return json.dumps(intents, ensure_ascii=False, indent=2) + "\n"


def read_labelled(path: Path, slugs: Container[str]) -> Sequence[LabelledText]:
    """The labelled messages of a JSON-lines file, each with one of `slugs`; none if it is absent.

    Raises BadTraining.
    """
    labelled: list[LabelledText] = []
    for number, line in _numbered(path):
        each = _labelled(path, number, line)
        if each.slug not in slugs:
            raise BadTraining(path, number, f"no article has the slug {each.slug!r}")
        labelled.append(each)
    return labelled


def read_lines(path: Path) -> Sequence[str]:
    """The messages of a plain file, one a line; none if it is absent. Raises BadTraining."""
    lines: list[str] = []
    for number, line in _numbered(path):
        reason = unusable(line)
        if reason is not None:
            raise BadTraining(path, number, reason)
        lines.append(line)
    return lines


def _plain(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _labelled_lines(path: Path, slugs: Container[str]) -> str:
    """Those lines of a labelled file whose article is there: one may be archived at any time."""
    labelled = (_labelled(path, number, line) for number, line in _numbered(path))
    return _lines(each for each in labelled if each.slug in slugs)


def _alarm_lines(path: Path, slugs: Container[str]) -> str:
    """The same of a file where a null slug stands for what is no emergency."""
    told = (_labelled(path, number, line, nullable=True) for number, line in _numbered(path))
    return "".join(
        json.dumps({**asdict(each), "slug": each.slug or None}, ensure_ascii=False) + "\n"
        for each in told
        if not each.slug or each.slug in slugs
    )


def _lines(labelled: Iterable[LabelledText]) -> str:
    return "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in labelled)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _labelled(path: Path, number: int, line: str, *, nullable: bool = False) -> LabelledText:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadTraining(path, number, f"is not JSON: {error}") from error
    match value:
        case {"text": str(text), "slug": str() | None as slug} if slug is not None or nullable:
            reason = unusable(text)
            if reason is not None:
                raise BadTraining(path, number, reason)
            lang = value.get("lang", "en")
            if lang not in LANGUAGES:
                raise BadTraining(path, number, f"'lang' {lang!r} is not one of {LANGUAGES}")
            return LabelledText(text, slug or "", lang)
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

"""What the hub wants the bot to learn, as training data: articles, and labelled messages.

A labelled message is learnt as a phrase of its article, or as a line that the bot must not
answer. What the files of `kb/training/` or an article say already is not said twice, and what the
bot is measured on is never learnt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hub.ports import OUT_OF_SCOPE, ArticleText, LabelledText, Material, TrainingFailed
from kb.article import KnowledgeError
from kb.catalogue import Catalogue
from kb.export import LANGUAGES, TRAINING, export_training, read_labelled, read_lines
from kb.rules import normalised, unusable

LONGEST = 300
"""Characters: what is longer tells a story, and no single phrase of it the topic."""

_PLAIN = str.maketrans("[]{}", "    ")
"""Rasa reads brackets as marks, and masked numbers have them."""
_STRANGERS = {"en": "out_of_scope.txt", "es": "out_of_scope_es.txt"}


def export_material(material: Material, out_dir: Path, training: Path = TRAINING) -> None:
    """Write `material` into `out_dir` as `kb.export` does. Raises TrainingFailed."""
    if not material.articles:
        raise TrainingFailed("no article is published: there is nothing to learn")
    try:
        _export(material, out_dir, training)
    except KnowledgeError as error:
        raise TrainingFailed(f"the articles cannot be learnt: {error}") from error


def _export(material: Material, out_dir: Path, training: Path) -> None:
    slugs = {article.slug for article in material.articles} | {OUT_OF_SCOPE}
    said = _said(material.articles, training)
    measured = [
        each for each in _usable(material.held_back, slugs) if normalised(each.text) not in said
    ]
    taken = said | {normalised(each.text) for each in measured}
    learnt = [
        each for each in _usable(material.phrases, slugs) if normalised(each.text) not in taken
    ]
    articles = [_taught(article, learnt) for article in material.articles]
    export_training(Catalogue(articles), out_dir, training)
    for language, name in _STRANGERS.items():
        strangers = (each for each in learnt if each.slug == OUT_OF_SCOPE)
        _append(out_dir / name, [each.text for each in strangers if each.language == language])
    held_back = ({"text": each.text, "slug": each.slug, "lang": each.language} for each in measured)
    _append(
        out_dir / "held_back.jsonl", [json.dumps(line, ensure_ascii=False) for line in held_back]
    )


def _usable(labelled: Iterable[LabelledText], slugs: set[str]) -> list[LabelledText]:
    """Those that the bot can learn from, each once: the newest label counts."""
    newest: dict[str, LabelledText] = {}
    for each in labelled:
        text = " ".join(each.text.translate(_PLAIN).split()).lstrip("/ ")
        if (
            each.slug in slugs
            and each.language in LANGUAGES
            and len(text) <= LONGEST
            and unusable(text) is None
        ):
            newest.pop(normalised(text), None)
            newest[normalised(text)] = replace(each, text=text)
    return list(newest.values())


def _said(articles: Iterable[ArticleText], training: Path) -> set[str]:
    """What is learnt or measured already, normalised."""
    said = {phrase for each in articles for phrase in (*each.phrases, *each.phrases_es)}
    for name in _STRANGERS.values():
        said.update(read_lines(training / name))
    for name in ("validation.jsonl", "held_back.jsonl"):
        said.update(each.text for each in read_labelled(training / name, _Any()))
    return {normalised(text) for text in said}


class _Any:
    """A container of every slug: an archived article's lines are still not to be learnt."""

    def __contains__(self, slug: object) -> bool:
        return True


def _taught(article: ArticleText, learnt: Iterable[LabelledText]) -> ArticleText:
    own = [each for each in learnt if each.slug == article.slug]
    return replace(
        article,
        phrases=(*article.phrases, *(each.text for each in own if each.language == "en")),
        phrases_es=(*article.phrases_es, *(each.text for each in own if each.language == "es")),
    )


def _append(path: Path, lines: Sequence[str]) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)

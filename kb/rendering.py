"""An article's Markdown as plain text for channels without markup, and as safe HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark")

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "h4", "code", "blockquote"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "tel", "mailto"}


def html(markdown: str) -> str:
    """`markdown` as HTML that is safe to put into a page: unknown tags and schemes are gone."""
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()


def plain_text(markdown: str) -> str:
    """`markdown` as text to be sent where no markup shows.

    Paragraphs are parted by an empty line, list items stand on lines of their own, and a link
    keeps its address in brackets unless its text is the address.
    """
    blocks: list[str] = []
    lists: list[int | None] = []
    """The lists around the current token: the next number, or None for bullets."""
    marker = ""
    for token in _MARKDOWN.parse(markdown):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                marker, lists[-1] = _marker(lists[-1])
            case "inline":
                text = _inline(token.children or ())
                _append(blocks, marker + text, in_list=bool(lists))
                marker = ""
            case "fence" | "code_block":
                _append(blocks, token.content.rstrip("\n"), in_list=bool(lists))
    return "\n\n".join(blocks)


def _marker(number: int | None) -> tuple[str, int | None]:
    return ("- ", None) if number is None else (f"{number}. ", number + 1)


def _append(blocks: list[str], text: str, *, in_list: bool) -> None:
    """Add a block; the items of a list share one, so that no empty line parts them."""
    if in_list and blocks and _is_item(text) and _is_item(blocks[-1].rsplit("\n", 1)[-1]):
        blocks[-1] += "\n" + text
    else:
        blocks.append(text)


def _is_item(line: str) -> bool:
    head = line.split(" ", 1)[0]
    return head == "-" or (head.endswith(".") and head[:-1].isdigit())


def _inline(tokens: Sequence[Token] | Iterable[Token]) -> str:
    parts: list[str] = []
    link: tuple[str, int] | None = None
    for token in tokens:
        match token.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                link = (str(token.attrs.get("href", "")), len(parts))
            case "link_close" if link is not None:
                address, start = link
                shown = "".join(parts[start:])
                if _bare(address) != _bare(shown):
                    parts.append(f" ({address})")
                link = None
            case "html_inline":
                continue
            case _:
                parts.append(token.content)
    return "".join(parts).strip()


def _bare(address: str) -> str:
    """An address without scheme and closing slash, as people write it."""
    for scheme in ("https://", "http://", "tel:", "mailto:"):
        address = address.removeprefix(scheme)
    return address.rstrip("/").casefold()

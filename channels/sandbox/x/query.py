"""X's search language, as far as an inquiry hub uses it, as a condition on posts."""

from __future__ import annotations

import re

from channels.sandbox.x.posts import LARGEST_ID, Posts
from channels.sandbox.x.problems import invalid

Condition = tuple[str, list[object]]

_TERM = re.compile(r'-?(?:[a-z_]+:)?"[^"]*"|[^\s()]+|[()]')


def condition(query: str, posts: Posts) -> Condition:
    """Words, "phrases", @handle, #tag, from:, to:, conversation_id:, in_reply_to_tweet_id:,
    is:reply, is:quote, is:retweet, has:links, lang:, negation, OR and one level of brackets.

    Raises XProblem for what is not in the list.
    """
    tokens = _TERM.findall(query)
    if not tokens:
        raise invalid("query", query, "query must not be empty")
    sql, values, rest = _alternatives(tokens, posts, query)
    if rest:
        raise invalid("query", query, f"There were errors processing your request: {rest[0]}")
    return sql, values


def _number(value: str) -> int:
    """An id, or one that no post has."""
    number = int(value) if value.isascii() and value.isdigit() else -1
    return number if number <= LARGEST_ID else -1


def _alternatives(
    terms: list[str], posts: Posts, query: str
) -> tuple[str, list[object], list[str]]:
    choices: list[str] = []
    together: list[str] = []
    values: list[object] = []
    while terms and terms[0] != ")":
        term, terms = terms[0], terms[1:]
        if term == "OR":
            choices.append(" AND ".join(together) or "1")
            together = []
            continue
        if term == "(":
            sql, inner, terms = _alternatives(terms, posts, query)
            if not terms:
                raise invalid("query", query, "missing ')'")
            terms = terms[1:]
        else:
            sql, inner = _term(term, posts, query)
        together.append(f"({sql})")
        values += inner
    choices.append(" AND ".join(together) or "1")
    return " OR ".join(choices), values, terms


def _term(token: str, posts: Posts, query: str) -> Condition:
    if token.startswith("-") and len(token) > 1:
        sql, values = _term(token[1:], posts, query)
        return f"NOT ({sql})", values
    name, separator, value = token.partition(":")
    value = value.strip('"')
    if separator and name in ("from", "to"):
        user = posts.user_named(value.removeprefix("@"))
        number = user.id if user else _number(value)
        if name == "from":
            return "author_id = ?", [number]
        return "in_reply_to IN (SELECT id FROM posts WHERE author_id = ?)", [number]
    if separator and name in ("conversation_id", "in_reply_to_tweet_id"):
        column = "conversation_id" if name == "conversation_id" else "in_reply_to"
        return f"{column} = ?", [_number(value)]
    if separator and name in ("is", "has", "lang"):
        known = {
            "is:reply": "in_reply_to IS NOT NULL",
            "is:quote": "quoted IS NOT NULL",
            "is:retweet": "0",
            "has:links": "text LIKE '%http%://%'",
            "lang:en": "1",
        }
        if token not in known:
            raise invalid("query", query, f"unknown operator '{token}'")
        return known[token], []
    if token.startswith("@"):
        user = posts.user_named(token[1:])
        return "id IN (SELECT post_id FROM post_mentions WHERE user_id = ?)", [
            user.id if user else -1
        ]
    return "INSTR(LOWER(text), LOWER(?)) > 0", [token.strip('"')]

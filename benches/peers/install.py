"""Peers from their registries, each once for each version, outside the work tree. A failed install is tried again."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("EFL_CACHE") or Path.home() / ".cache/efl") / "peers"


class Missing(Exception):
    """The peer cannot be had here."""


def once(name, version, *commands, **environment):
    """The folder of a tool, in which each command was run once; a program that a command starts with must be there."""
    folder = CACHE / f"{name}-{version}"
    if (folder / "installed").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for command in commands:
        if not shutil.which(command[0]):
            raise Missing(f"{command[0]} is not installed")
        print(f"installing {name} {version}: {' '.join(map(str, command))}", flush=True)
        env = os.environ | environment
        done = subprocess.run(["nice", *command], cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode:
            raise Missing((done.stderr or done.stdout).strip().rpartition("\n")[2])
    (folder / "installed").touch()
    return folder


def crate(name, version, *options):
    """A program from crates.io. What an interrupted build has compiled stays for the next."""
    command = ["cargo", "install", name, "--version", version, "--locked", "--root", ".", "--target-dir", "build", *options]
    channel = tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    folder = once(name, version, command, RUSTUP_TOOLCHAIN=channel)
    shutil.rmtree(folder / "build", ignore_errors=True)
    return folder / "bin"


def go(package, version):
    """A program from the Go module proxy."""
    name = next(word for word in reversed(package.split("/")) if not word.startswith("v") or len(word) > 2)
    bin = CACHE / f"{name}-{version}" / "bin"
    return once(name, version, ["go", "install", f"{package}@v{version}"], GOBIN=str(bin)) / "bin"


def npm(package, version, *more):
    """Packages from npm; the folder of `node_modules`."""
    command = ["npm", "install", "--silent", "--no-save", "--prefix", ".", f"{package}@{version}", *more]
    return once(package.strip("@").replace("/", "-"), version, command) / "node_modules"


def pypi(package, version, *more):
    """A Python with packages from PyPI."""
    python = str(CACHE / f"{package}-{version}" / "bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{package}=={version}", *more]
    return once(package, version, ["python3", "-m", "venv", "."], pip) / "bin/python"

"""The command line: python -m simulator."""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import Any

from waitress.server import create_server

from .app import create_simulator
from .settings import MODES, SimulatorSettings, from_environment, read_scene


def _parser(defaults: dict[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m simulator", description=__doc__)
    own = SimulatorSettings()
    parser.add_argument("--port", type=int, default=own.port)
    parser.add_argument("--host", default=own.host)
    parser.add_argument("--service", default=own.service, help="where the service listens")
    parser.add_argument(
        "--service-public",
        default=defaults.get("service_public", ""),
        help="the origin the service believes to have (PUBLIC_URL), when it is another",
    )
    parser.add_argument("--scene", help="a JSON file with people, screens and tabs")
    for name in ("app_id", "app_secret", "token", "aes_key"):
        flag = "--" + name.replace("_", "-")
        parser.add_argument(flag, default=defaults.get(name, getattr(own, name)))
    parser.add_argument("--mode", choices=MODES, default=defaults.get("mode", own.mode))
    parser.add_argument("--seed", type=int, default=own.seed)
    parser.add_argument("--attempts", type=int, choices=(3, 4), default=own.attempts)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; a wrong setting is told and ends with 2."""
    given: dict[str, Any] = vars(_parser(from_environment()).parse_args(arguments))
    try:
        given["scene"] = read_scene(given["scene"])
        settings = SimulatorSettings(**given)
    except (OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    try:
        server = create_server(
            create_simulator(settings),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            channel_timeout=120,
        )
    except OSError as error:
        print(
            f"simulator: cannot listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr
        )
        return 2
    print(f"simulator ready on http://{settings.host}:{settings.port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())

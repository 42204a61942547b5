"""`python app.py`: serve until told to stop, then finish what is running."""

import ctypes
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from waitress.server import create_server
from whitenoise.compress import Compressor

from unitsafe import config, content
from unitsafe.core import logs, serving

THREADS = 4
"""More threads compete for the interpreter lock (stack.md §3 measured it)."""
MOST_BYTES = 80 * 1024 * 1024
"""Of a request: a little more than Flask takes, so that people get its page and not a line of text;
of more nothing is kept on the disk."""
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""Options of glibc's mallopt(3)."""
FINISH_SECONDS = 60
"""How long running requests may take after SIGTERM; loading the sample on a slow PC takes ten."""


def main() -> None:
    """Serve with the settings of the environment; one clear line and exit 1 when that cannot be."""
    from unitsafe import create_app
    from unitsafe.reminders import scheduler
    from unitsafe.startup import StartupError, prepare

    give_memory_back()
    try:
        settings = config.read()
        write_log(settings)
        socket.getaddrinfo(settings.host, settings.port)  # waitress would not say what is wrong
        precompress(config.ROOT / "static")
        app = create_app(settings)
        serving.claim(app)
        prepare(app)
        server = listen(app, settings)
    except (config.ConfigError, content.ContentError, serving.NotOurs, StartupError) as error:
        sys.exit(f"unitsafe: {error}")
    except socket.gaierror:
        sys.exit(f"unitsafe: HOST: {settings.host!r} is not an address of this machine")
    except OSError as error:
        sys.exit(
            f"unitsafe: cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "stop what uses the port, or choose another with PORT=…"
        )
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    port = getattr(server, "effective_port", settings.port)
    print(f"UnitSafe 校安网格: http://{shown}:{port}/", flush=True)
    ticking = scheduler.start(app)
    server.run()
    ticking.shutdown()
    server.task_dispatcher.shutdown(timeout=FINISH_SECONDS)  # run() itself waits five seconds only


def write_log(settings: config.Config) -> None:
    """Log where the settings say. Raises ConfigError."""
    try:
        logs.set_up(settings.log)
    except OSError as error:
        raise config.ConfigError(
            f"UNITSAFE_LOG: cannot write {settings.log} ({error.strerror}); choose another file"
        ) from None


def listen(app: Flask, settings: config.Config) -> Any:
    """The server, listening but not yet answering. Raises OSError when the port is taken."""
    return create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        connection_limit=500,
        channel_timeout=60,
        max_request_body_size=MOST_BYTES,
        clear_untrusted_proxy_headers=not settings.proxies,
        ident=None,
    )


def give_memory_back() -> None:
    """With glibc, blocks from 1 MB on (a password's check takes 19) go back to the system when they
    are freed, and the threads share two heaps: 20 MB less after the first sign-ins. Elsewhere
    nothing changes."""
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)


def precompress(folder: Path) -> None:
    """Lay a gzip copy beside each text file that has none as new as itself; WhiteNoise sends it."""
    compressor = Compressor(use_brotli=False, quiet=True)
    for file in folder.rglob("*"):
        if file.suffix not in (".css", ".js", ".svg"):
            continue
        copy = file.with_name(file.name + ".gz")
        with suppress(OSError):  # a read-only installation serves the plain files
            if not copy.exists() or copy.stat().st_mtime < file.stat().st_mtime:
                compressor.compress(str(file))


def _stop(*_: object) -> None:
    """waitress shuts its threads down in order on SystemExit: running requests are finished."""
    sys.exit(0)

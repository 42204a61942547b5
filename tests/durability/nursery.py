"""Servers that start at once: the program is loaded here, each server is a fork of it.

`python -m tests.durability.nursery`, settings from the environment. "start" on stdin forks a
server as `python app.py` is one; it writes its pid and, when it listens, "ready" on stdout. "reap"
waits for the one that died.
"""

import os
import sys

from unitsafe import config, create_app, serve
from unitsafe.core import serving
from unitsafe.core.db import db
from unitsafe.startup import prepare


def main() -> None:
    """Do what stdin says until it ends."""
    settings = config.read()
    app = create_app(settings)
    prepare(app)
    app.test_client().get("/login")
    app.jinja_env.get_template("checks/_item.html")
    with app.app_context():
        db.engine.dispose()  # no connection crosses a fork
    pid = 0
    for line in sys.stdin:
        if line.strip() == "reap":
            os.waitpid(pid, 0)
            tell("gone")
            continue
        pid = os.fork()
        if pid == 0:
            tell(str(os.getpid()))
            serve.give_memory_back()
            serving.claim(app)
            prepare(app)
            server = serve.listen(app, settings)
            tell("ready")
            server.run()
            os._exit(0)


def tell(word: str) -> None:
    """One line on stdout, past any buffer that a fork would double."""
    os.write(1, f"{word}\n".encode())


if __name__ == "__main__":
    main()

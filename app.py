"""The WSGI application; `python app.py` serves it."""

import sys

from unitsafe import create_app
from unitsafe.config import ConfigError
from unitsafe.serve import main

if __name__ == "__main__":
    main()
else:
    try:
        app = create_app()
    except ConfigError as error:
        sys.exit(f"unitsafe: {error}")

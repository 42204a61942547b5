"""The WSGI application; `python app.py` serves it."""

import sys

from unitsafe import create_app
from unitsafe.config import ConfigError, read
from unitsafe.serve import main, write_log

if __name__ == "__main__":
    main()
else:
    try:
        settings = read()
        write_log(settings)
        app = create_app(settings)
    except ConfigError as error:
        sys.exit(f"unitsafe: {error}")

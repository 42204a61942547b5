"""The WSGI application; `python app.py` serves it."""

from unitsafe import create_app
from unitsafe.serve import main

if __name__ == "__main__":
    main()
else:
    app = create_app()

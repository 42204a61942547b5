"""UnitSafe 校安网格. :func:`create_app` is the only place where parts and features meet."""

from importlib import import_module
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.routing import IntegerConverter
from whitenoise import WhiteNoise

from unitsafe import clock, config, screen
from unitsafe.checks.quick_taps import QuickTaps
from unitsafe.core import access, db, errors, forms, htmx, security, trace
from unitsafe.core.blobs import BlobStore
from unitsafe.core.watch import Watch
from unitsafe.grids.kept_actors import KeptActors, new_store

FEATURES = (
    "school",
    "people",
    "photos",
    "files",
    "places",
    "classes",
    "grids",
    "hazards",
    "visits",
    "equipment",
    "maintenance",
    "evacuation",
    "activities",
    "checks",
    "roster",
    "letters",
    "plates",
    "tips",
    "maps",
    "coverage",
    "micro_station",
    "hot_work",
    "documents",
    "reminders",
    "status",
    "year_plan",
    "appraisal",
    "stats",
    "assessments",
    "log",
    "setup",
    "today",
    "imports",
)
"""In the order of their dependencies; each has a blueprint ``bp`` in its views."""

babel = Babel()
compress = Compress()
migrate = Migrate(render_as_batch=True, compare_type=True)


def create_app(settings: config.Config | None = None, **overrides: Any) -> Flask:
    """The application. ``settings`` come from the environment unless given; ``overrides`` go into
    Flask's config. Raises ConfigError."""
    settings = settings or config.read()
    app = Flask(
        "unitsafe",
        root_path=str(config.ROOT),
        template_folder="templates",
        static_folder=None,
        instance_path=str(settings.data),
    )
    app.config.from_mapping(
        SECRET_KEY=config.secret_key(settings.data),
        SETTINGS=settings,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="unitsafe",
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_LEVEL=5,
        COMPRESS_MIN_SIZE=1500,
        COMPRESS_STREAMS=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE=str(clock.ZONE),
        BABEL_TRANSLATION_DIRECTORIES=str(config.ROOT / "unitsafe" / "translations"),
    )
    app.config.from_mapping(overrides)
    app.extensions["photos"] = BlobStore(settings.photos)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = _RowId
    db.init_app(app)
    migrate.init_app(app, db.db, directory=str(config.ROOT / "migrations"))
    babel.init_app(app)
    htmx.init_app(app)
    trace.init_app(app)
    access.init_app(app)
    forms.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    compress.init_app(app)
    kept = _register_features(app)
    screen.init_app(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(config.ROOT / "static"),
        prefix="static/",
        max_age=31536000,
        allow_all_origins=False,
    )
    app.wsgi_app = QuickTaps(  # type: ignore[method-assign, assignment]
        app, lambda token: kept.known(token, today=clock.today())
    )
    app.wsgi_app = Watch(  # type: ignore[method-assign, assignment]
        app, app.wsgi_app, proxies=getattr(settings, "proxies", 0)
    )
    access.check_marks(app)
    return app


class _RowId(IntegerConverter):
    """Ids in addresses: what no database can hold is simply not found."""

    def __init__(self, map: Any, **options: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **options})


def _engine_options(url: str) -> dict[str, Any]:
    hidden = {"hide_parameters": True}  # what people entered stays out of messages of errors
    if url.startswith("sqlite:") and ":memory:" in url:
        return hidden
    return {"pool_size": 8, "max_overflow": 0, "pool_timeout": 30, **hidden}


def _register_features(app: Flask) -> KeptActors:
    """Every feature's addresses and commands, in the order of their dependencies."""
    from unitsafe import cli

    for name in FEATURES:
        app.register_blueprint(import_module(f"unitsafe.{name}.views").bp)
    cli.init_app(app)

    kept = app.extensions["kept_actors"] = new_store()

    @access.login_manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> access.Session | None:
        origin = f"{request.remote_addr or ''} {(request.user_agent.string or '')[:120]}"
        # the login manager is one for all apps of this process, the store of actors is not
        kept: KeptActors = current_app.extensions["kept_actors"]
        actor = kept.actor(db.db.session(), token, today=clock.today(), origin=origin)
        g.actor = actor
        if actor and kept.is_first_today(token, clock.today()):
            g.first_visit = token
        return access.Session(actor, token) if actor else None

    return kept


__all__ = ["create_app"]

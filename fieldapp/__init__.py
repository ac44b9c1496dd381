"""fieldapp: what 소상공인 매니저 record on the street, once at the desk. Wiring only; nobody imports from here."""

from urllib.parse import urlsplit

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from fieldapp import cli, dates, rooms, web
from fieldapp.assets import Assets
from fieldapp.config import HOME, Config, from_environment
from fieldapp.database import open_database
from fieldapp.people import guard


def create_app(config: Config | None = None) -> Flask:
    config = config or from_environment()
    app = Flask(__name__, template_folder=str(HOME / "templates"), static_folder=None)
    assets = Assets(config.data / "assets")
    app.config.update(BUILD=assets.build, ASSETS=assets, COMPRESS_BR_LEVEL=4, COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_MIN_SIZE=500)
    app.jinja_env.globals["asset"] = assets.url
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    settle(app, config)
    web.install(app)
    guard.install(app)
    dates.install(app)
    Compress(app)
    for blueprint in rooms.blueprints():
        app.register_blueprint(blueprint)
    cli.install(app)
    app.wsgi_app = assets.serve(app.wsgi_app)  # type: ignore[method-assign]
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=config.trusted_proxies,  # type: ignore[method-assign]
                                x_host=config.trusted_proxies)
    return app


def settle(app: Flask, config: Config) -> None:
    """Let the application work on the data, the database and the settings of `config`."""
    tiles = urlsplit(config.tiles_url)
    app.config.update(
        SECRET_KEY=config.secret_key, DATA=str(config.data), SYNC_LIMIT=config.sync_limit, SETTINGS=config,
        TILES_ORIGIN=f"{tiles.scheme}://{tiles.netloc}" if tiles.netloc else "")
    app.jinja_env.globals["settings"] = config
    open_database(config.database_url)

"""Settings, read once from the environment into one frozen dataclass."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Config:
    """What the environment says; every field has a default that is safe on one's own machine."""

    data: Path = HOME / "data"
    database_url: str = ""
    secret_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    demo_public: bool = False
    tiles_url: str = ""
    tiles_attribution: str = ""
    sync_limit: int = 3000  # requests that one person's phone may send to /sync/ in five minutes
    trusted_proxies: int = 0
    public_url: str = "http://127.0.0.1:8000"  # what links in messages begin with
    smtp_url: str = field(default="", repr=False)  # smtp://user:password@host:587?starttls=1, or smtps://; empty: mail waits
    mail_from: str = ""
    text_webhook_url: str = ""  # empty: text messages wait
    text_webhook_secret: str = field(default="", repr=False)
    office_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # where a password is enough
    require_2fa: bool = False  # whether everyone proves more than a password elsewhere
    idle_minutes: int = 15  # without a touch, after which a phone asks for its PIN again

    @property
    def is_public(self) -> bool:
        return self.host not in LOOPBACK

    def is_office(self, address: str) -> bool:
        """Whether a request from this address comes from one of the office's networks."""
        try:
            known = ip_address(address)
        except ValueError:
            return False
        known = getattr(known, "ipv4_mapped", None) or known
        return any(known in network for network in self.office_networks)


def from_environment(env: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; raise ValueError that names the variable which can't be read."""
    data = Path(env.get("FIELDAPP_DATA") or Config.data).resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    host, port = env.get("HOST", Config.host), _whole(env, "PORT", Config.port)
    return Config(
        data=data,
        database_url=env.get("DATABASE_URL") or f"sqlite:///{data / 'fieldapp.db'}",
        secret_key=env.get("SECRET_KEY") or kept_key(data),
        host=host,
        port=port,
        demo=env.get("DEMO", "0") == "1",
        demo_public=env.get("DEMO_PUBLIC", "0") == "1",
        tiles_url=env.get("TILES_URL", ""),
        tiles_attribution=env.get("TILES_ATTRIBUTION", ""),
        sync_limit=_whole(env, "SYNC_LIMIT", Config.sync_limit),
        trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0),
        public_url=_address("PUBLIC_URL", env.get("PUBLIC_URL") or f"http://{host}:{port}", "http", "https").rstrip("/"),
        smtp_url=_address("SMTP_URL", env.get("SMTP_URL", ""), "smtp", "smtps"),
        mail_from=env.get("MAIL_FROM", ""),
        text_webhook_url=_address("TEXT_WEBHOOK_URL", env.get("TEXT_WEBHOOK_URL", ""), "http", "https"),
        text_webhook_secret=env.get("TEXT_WEBHOOK_SECRET", ""),
        office_networks=_networks("OFFICE_NETWORKS", env.get("OFFICE_NETWORKS", "")),
        require_2fa=env.get("REQUIRE_2FA", "0") == "1",
        idle_minutes=_whole(env, "IDLE_MINUTES", Config.idle_minutes),
    )


def kept_key(data: Path) -> str:
    """The key of this installation, made at the first start and readable by its owner alone."""
    file = data / "secret_key"
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_text().strip()


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name) or default)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {env[name]!r}") from None


def _networks(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"{name} must be networks such as 10.20.0.0/16, with commas between them: {error}") from None


def _address(name: str, url: str, *schemes: str) -> str:
    if url and not re.match(rf"({'|'.join(schemes)})://[^/\s]+", url):
        raise ValueError(f"{name} must begin with {' or '.join(scheme + '://' for scheme in schemes)} and name a host")
    return url

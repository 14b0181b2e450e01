"""Settings: read once, checked whole, and a misspelt name is an error."""

from pathlib import Path

import pytest

from central.settings import Settings as CountySettings
from central.settings import read as read_county
from sync.settings import SettingsError
from township_node.settings import read as read_township
from village_agent.settings import read as read_village

DATA = {"TONGBAN_DATA_DIR": "/var/lib/tongban"}


def test_what_is_not_given_has_its_default() -> None:
    settings = read_county(environ=DATA)

    assert settings.data_dir == Path("/var/lib/tongban")
    assert settings.runs_broker
    assert settings.broker_url_for_nodes == "nats://127.0.0.1:4222"
    assert settings.hosts == ("127.0.0.1", "localhost")
    assert not settings.cookies_are_secure


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "tongban.toml"
    config.write_text('data_dir = "/srv/a"\nport = 8001\nallowed_hosts = ["hall.example"]\n')

    settings = read_township(config, {"TONGBAN_PORT": "8002"})

    assert (settings.data_dir, settings.port) == (Path("/srv/a"), 8002)
    assert "hall.example" in settings.hosts


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    config = tmp_path / "tongban.toml"
    config.write_text('data_dir = "/srv/a"\n')

    assert read_village(environ={"TONGBAN_CONFIG": str(config)}).data_dir == Path("/srv/a")


def test_a_list_is_written_with_commas_in_a_variable() -> None:
    settings = read_township(environ=DATA | {"TONGBAN_ALLOWED_HOSTS": "a.example, b.example"})

    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TONGBAN_PROT": "8000"}, "TONGBAN_PROT"),
        ({"TONGBAN_PORT": "80000"}, "port"),
        ({"TONGBAN_PORT": "web"}, "port"),
        ({"TONGBAN_NODE": "somewhere"}, "somewhere"),
        ({"TONGBAN_HOST": "0.0.0.0"}, "plain HTTP"),
        ({"TONGBAN_COUNTY_URL": "http://county.example"}, "plain HTTP"),
        ({"TONGBAN_NATS_URL": "nats://broker.example:4222"}, "plain NATS"),
        ({"TONGBAN_NATS_URL": "https://broker.example"}, "broker"),
        ({"TONGBAN_FAULT_POINTS": "act.before_commit"}, "test build"),
        ({"TONGBAN_TLS_KEY": "/etc/key.pem"}, "belong together"),
    ],
)
def test_what_cannot_be_meant_is_named(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_township(environ=DATA | given)


def test_a_missing_data_directory_is_named() -> None:
    with pytest.raises(SettingsError, match="data_dir"):
        read_county(environ={})


def test_an_unknown_name_in_the_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "tongban.toml"
    config.write_text('data_dir = "/srv/a"\nprot = 8001\n')

    with pytest.raises(SettingsError, match="prot"):
        read_county(config, {})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "tongban.toml"
    config.write_text("data_dir = ")

    with pytest.raises(SettingsError, match=r"tongban\.toml"):
        read_county(config, {})


def test_a_laptop_serves_its_own_screen_only() -> None:
    with pytest.raises(SettingsError, match="own screen"):
        read_village(environ=DATA | {"TONGBAN_HOST": "0.0.0.0", "TONGBAN_BEHIND_PROXY": "true"})


def test_cookies_are_secure_where_tls_is_served() -> None:
    behind = {"TONGBAN_HOST": "0.0.0.0", "TONGBAN_BEHIND_PROXY": "true"}

    assert read_county(environ=DATA | behind).cookies_are_secure


def test_a_cluster_is_several_addresses() -> None:
    url = "tls://a.example:4222, tls://b.example:4222"
    settings = CountySettings(data_dir=Path("/srv"), nats_url=url)

    assert not settings.runs_broker
    assert settings.broker_url == url

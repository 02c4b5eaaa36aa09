"""Settings in the clients' own words, and what is said when they cannot be right; no broker is asked."""

import ssl
from pathlib import Path

import faust
import pytest
from pydantic import SecretStr

from schemas.faults import Misconfigured, Unavailable
from streams import reaching
from streams.kafka import faust_options, librdkafka
from streams.settings import Settings

LOGIN = {"kafka_security": "SASL_SSL", "kafka_user": "rollcall", "kafka_password": SecretStr("s3cr3t")}


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))


def settings(**given: object) -> Settings:
    return Settings.model_validate({"bootstrap": "a:9092,b:9093", **given})


def test_without_security_a_client_is_told_no_more_than_the_place() -> None:
    assert librdkafka(settings()) == {"bootstrap.servers": "a:9092,b:9093"}
    assert faust_options(settings()) == {"broker": "chunks://a:9092,b:9093"}


def test_a_login_over_tls_checks_the_brokers_name(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()

    config = librdkafka(settings(**LOGIN, kafka_ca=ca))

    assert config["security.protocol"] == "SASL_SSL"
    assert config["sasl.mechanism"] == "SCRAM-SHA-512"
    assert (config["sasl.username"], config["sasl.password"]) == ("rollcall", "s3cr3t")
    assert config["ssl.ca.location"] == str(ca)
    assert config["ssl.endpoint.identification.algorithm"] == "https"


def test_faust_logs_in_the_same_way() -> None:
    credentials = faust_options(settings(**LOGIN))["broker_credentials"]

    assert isinstance(credentials, faust.SASLCredentials)
    assert (credentials.protocol.value, credentials.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (credentials.username, credentials.password) == ("rollcall", "s3cr3t")
    assert credentials.ssl_context is not None
    assert credentials.ssl_context.check_hostname
    assert credentials.ssl_context.verify_mode is ssl.CERT_REQUIRED


def test_tls_alone_has_no_login() -> None:
    credentials = faust_options(settings(kafka_security="SSL"))["broker_credentials"]

    assert isinstance(credentials, faust.SSLCredentials)
    assert "sasl.mechanism" not in librdkafka(settings(kafka_security="SSL"))


@pytest.mark.parametrize("lacking", ["kafka_user", "kafka_password"])
def test_a_login_without_its_secret_says_which(lacking: str) -> None:
    with pytest.raises(Misconfigured, match=f"ROLLCALL_{lacking.upper()} is missing"):
        librdkafka(settings(**LOGIN | {lacking: None}))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(Misconfigured, match="ROLLCALL_KAFKA_CA is /nowhere"):
        librdkafka(settings(**LOGIN, kafka_ca="/nowhere"))


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not PEM")

    with pytest.raises(Misconfigured, match=r"ROLLCALL_KAFKA_CA=.*ca\.pem"):
        reaching.reach(settings(**LOGIN, kafka_ca=tmp_path / "ca.pem"), "test")


def test_where_nobody_listens_is_said_with_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "WITHIN", 0.0)
    monkeypatch.setattr(reaching, "ASKED", 0.1)

    with pytest.raises(Unavailable, match=r"nobody listens at 127\.0\.0\.1:1 \(ROLLCALL_BOOTSTRAP\)"):
        reaching.reach(settings(bootstrap="127.0.0.1:1"), "test")


def test_secrets_are_not_shown() -> None:
    assert "s3cr3t" not in repr(settings(**LOGIN))

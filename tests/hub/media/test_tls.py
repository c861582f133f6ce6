"""TLS to a checked address: the certificate must be the host's, as anywhere else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.media.fetch import MediaFetcher, Patience
from hub.media.network import MediaUnavailable
from tests.hub.media.hostile import PUBLIC, Names, Rerouted, answer, hostile
from tests.hub.media.samples import png

pytestmark = pytest.mark.anyio


def _server_of(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for `host`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client


async def test_the_host_of_the_url_is_named_and_proved(tmp_path: Path) -> None:
    theirs, ours = _server_of("files.example", tmp_path)
    named: list[str | None] = []
    theirs.sni_callback = lambda _socket, name, _context: named.append(name)
    async with hostile({"/photo": answer(png())}, tls=theirs) as server:
        names = Names(files__example=[[PUBLIC]], other__example=[[PUBLIC]])
        network = Rerouted(server.port)
        fetcher = MediaFetcher(
            patience=Patience(2, 2, 5), resolver=names, network=network, tls=ours
        )
        assert await fetcher.fetch("https://files.example/photo") == png()
        assert network.reached == [(PUBLIC, 443)]
        with pytest.raises(MediaUnavailable, match="certificate"):
            await fetcher.fetch("https://other.example/photo")
        assert named == ["files.example", "other.example"]


async def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    theirs, _ = _server_of("files.example", tmp_path)
    async with hostile({"/photo": answer(png())}, tls=theirs) as server:
        fetcher = MediaFetcher(
            patience=Patience(2, 2, 5),
            resolver=Names(files__example=[[PUBLIC]]),
            network=Rerouted(server.port),
        )
        with pytest.raises(MediaUnavailable, match="certificate"):
            await fetcher.fetch("https://files.example/photo")
        assert server.asked == []

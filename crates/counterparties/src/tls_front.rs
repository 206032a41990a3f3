//! A TLS front before a plain TCP server, so that TLS connections can be tried on this machine.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::CounterpartyError;
use crate::background::Background;

/// A TLS server that hands every connection on to a plain one. Dropping it closes all of them.
pub struct TlsFront {
    server: Background,
    certificate_pem: String,
}

impl TlsFront {
    /// Starts a front before `target` (`host:port`) with a fresh self-signed certificate for `localhost` and 127.0.0.1.
    ///
    /// # Errors
    /// When the certificate cannot be made or no port can be bound.
    pub fn start(target: &str) -> Result<Self, CounterpartyError> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        // The provider is named: a program that links two has no default.
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let target = target.to_owned();
        let server = Background::serve(move |listener| forward(listener, acceptor, target))?;
        Ok(Self { server, certificate_pem: cert.pem() })
    }

    /// `electrum+tls://localhost:PORT`, as the settings file writes it.
    #[must_use]
    pub fn electrum_url(&self) -> String {
        format!("electrum+tls://{}", self.address())
    }

    /// `localhost:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("localhost:{}", self.server.address().port())
    }

    /// The certificate, its own authority, in PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }
}

async fn forward(listener: TcpListener, acceptor: TlsAcceptor, target: String) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                connections.spawn(forward_one(client, acceptor.clone(), target.clone()));
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

/// Errors end the one connection, as they would on a real front.
async fn forward_one(client: TcpStream, acceptor: TlsAcceptor, target: String) {
    if let Ok(mut server) = TcpStream::connect(target).await
        && let Ok(mut client) = acceptor.accept(client).await
    {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

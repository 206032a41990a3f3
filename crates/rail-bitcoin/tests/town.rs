//! The counterparties of one test.

use counterparties::{Bitcoind, Electrs, EsploraShim, TlsFront};

/// What a till asks about the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    ElectrumTcp,
    ElectrumTls,
    Esplora,
    Bitcoind,
}

/// A node and one server over it.
pub(crate) struct Town {
    pub(crate) server: String,
    pub(crate) electrs: Option<Electrs>,
    _front: Option<TlsFront>,
    _shim: Option<EsploraShim>,
    pub(crate) node: Bitcoind,
}

impl Town {
    pub(crate) fn with(kind: Kind) -> Self {
        let node = Bitcoind::start().unwrap();
        let (mut electrs, mut front, mut shim) = (None, None, None);
        let server = match kind {
            Kind::ElectrumTcp => electrs.insert(Electrs::start(&node).unwrap()).electrum_url(),
            Kind::ElectrumTls => {
                let electrs = electrs.insert(Electrs::start(&node).unwrap());
                front.insert(TlsFront::start(&electrs.address()).unwrap()).electrum_url()
            }
            Kind::Esplora => shim.insert(EsploraShim::start(&node).unwrap()).esplora_url(),
            Kind::Bitcoind => rpc_server(&node),
        };
        Self { server, electrs, _front: front, _shim: shim, node }
    }

    /// Lets an indexer read what the node has now, as it would by itself a second later.
    pub(crate) fn catch_up(&self) {
        if let Some(electrs) = &self.electrs {
            electrs.catch_up(&self.node).unwrap();
        }
    }

    pub(crate) fn mine(&self, count: u32) {
        self.node.mine(count).unwrap();
        self.catch_up();
    }

    pub(crate) fn stop(&self) {
        self.node.stop().unwrap();
    }

    pub(crate) fn restart(&self) {
        self.node.restart().unwrap();
        if let Some(electrs) = &self.electrs {
            electrs.restart(&self.node).unwrap();
        }
    }
}

/// A node's address in the form of the settings.
pub(crate) fn rpc_server(node: &Bitcoind) -> String {
    format!("bitcoind+http://{}@{}", node.rpc_user(), node.rpc_address())
}

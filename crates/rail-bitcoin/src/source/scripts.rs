//! What Electrum and Esplora have in common: both are asked script by script.

use bdk_wallet::chain::spk_client::{SyncRequest, SyncResponse};

use super::{SharedWallet, SourceError, Stop};

/// Scripts asked about at once: a server may refuse longer batches, and between two of them watching may end.
const BATCH_SCRIPTS: usize = 50;

/// A server that answers about scripts.
pub(super) trait ScriptServer {
    /// Answers a request.
    fn ask(&mut self, request: SyncRequest) -> Result<SyncResponse, SourceError>;
}

/// Brings the wallet up to date on some addresses and on the chain's tip.
pub(super) fn sync(
    server: &mut impl ScriptServer,
    wallet: &SharedWallet,
    indices: &[u32],
    stop: &Stop,
) -> Result<(), SourceError> {
    if indices.is_empty() {
        return sync_batch(server, wallet, &[]);
    }
    for batch in indices.chunks(BATCH_SCRIPTS) {
        stop.check()?;
        sync_batch(server, wallet, batch)?;
    }
    Ok(())
}

/// Brings the wallet up to date on all addresses; when a scan is due, also on those behind the last one in use.
pub(super) fn sync_all(
    server: &mut impl ScriptServer,
    wallet: &SharedWallet,
    stop: &Stop,
) -> Result<(), SourceError> {
    if !wallet.lock().scan_due() {
        let revealed = wallet.lock().revealed();
        return sync(server, wallet, &revealed, stop);
    }
    let mut cursor = 0;
    loop {
        let window = wallet.lock().scan_window(cursor);
        let Some(last) = window.last() else { break };
        sync(server, wallet, &window, stop)?;
        cursor = last + 1;
    }
    wallet.lock().scanned();
    Ok(())
}

/// Asks once more when the first answer could not be read: a notification may have come between.
fn sync_batch(
    server: &mut impl ScriptServer,
    wallet: &SharedWallet,
    indices: &[u32],
) -> Result<(), SourceError> {
    let request = wallet.lock().request(indices);
    let response = match server.ask(request) {
        Err(SourceError::Nonsense(_)) => {
            let request = wallet.lock().request(indices);
            server.ask(request)?
        }
        answer => answer?,
    };
    Ok(wallet.lock().apply(response)?)
}

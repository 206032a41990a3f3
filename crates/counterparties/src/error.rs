//! What can go wrong while starting or asking a counterparty. Each message says what to do next.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use bitcoin::Txid;

/// Why a counterparty could not be started, asked or stopped.
#[derive(Debug, thiserror::Error)]
pub enum CounterpartyError {
    /// The program is neither named by the environment, nor on PATH, nor in the cache folder.
    #[error("{program} was not found: run {fetch} {}, or name one in {variable}", folder.display())]
    ProgramMissing {
        /// The program looked for.
        program: &'static str,
        /// The script that fetches it.
        fetch: &'static str,
        /// Where that script should put it.
        folder: PathBuf,
        /// The environment variable that may name the program instead.
        variable: &'static str,
    },
    /// The environment names a program that is not there.
    #[error("{variable} names {}, which is not a file: correct or unset it", path.display())]
    ProgramNotAFile {
        /// The environment variable.
        variable: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// The program ended before it answered.
    #[error("{program} ended with {status} before it was ready; its last words: {last_words}")]
    EndedEarly {
        /// The program.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last lines it wrote.
        last_words: String,
    },
    /// The counterparty is stopped; nothing can be asked of it.
    #[error("{0} is stopped: call restart() first")]
    Stopped(&'static str),
    /// A condition did not come true before its deadline.
    #[error("waited {seconds} s in vain until {condition}")]
    Deadline {
        /// The condition, as a clause.
        condition: String,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// The node refused a call or could not be reached.
    #[error("the node answered {method} with: {source}")]
    Rpc {
        /// The RPC method.
        method: String,
        /// The transport's or the node's own error.
        source: jsonrpc::Error,
    },
    /// The node's answer has another form than documented.
    #[error("the node answered {method} in an unknown form: {detail}")]
    Answer {
        /// The RPC method.
        method: String,
        /// What was wrong with the answer.
        detail: String,
    },
    /// The transaction spends coins of somebody else, so no conflicting one can be signed.
    #[error("{0} was not paid from the node's own wallet, so nothing that conflicts with it can be signed")]
    NotOurCoins(Txid),
    /// The compiler found fault with a contract of ours.
    #[error("a contract could not be compiled, correct it in crates/counterparties/solidity: {detail}")]
    Solidity {
        /// The compiler's own words, with file and line.
        detail: String,
    },
    /// A certificate for the TLS front could not be made.
    #[error("no certificate could be made for the TLS front: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS front's configuration was refused.
    #[error("the TLS front could not be configured: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// The operating system refused something.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// The operating system's reason.
        source: io::Error,
    },
}

/// Names what was being done when the operating system refused it.
pub(crate) fn while_doing(doing: impl Into<String>) -> impl FnOnce(io::Error) -> CounterpartyError {
    let doing = doing.into();
    move |source| CounterpartyError::Io { doing, source }
}

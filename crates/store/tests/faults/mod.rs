//! The journal on a disk that loses power, fills up, fails and forgets bytes. The flows that are played on it are in
//! `flows`; one that is added there meets every trouble.

mod corruption;
mod flows;
mod killed;
mod portrait;
mod power;
mod script;
mod till;
mod trouble;

/// Does `./test soak` run?
fn is_soak() -> bool {
    std::env::var_os("TILLSTREAM_SOAK").is_some()
}

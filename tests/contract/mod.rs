//! One contract for every rail: the whole way from the counter to the books, on a real store, played out by the
//! simulated town of practice mode and by a real Bitcoin node with a real indexer.

pub mod bitcoin;
mod cases;
mod practice;
pub mod shop;
pub mod town;

/// Makes each case of the contract a test of one town.
macro_rules! rail_contract {
    ($town:path: $($case:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            super::cases::$case($town()).await;
        }
    )+};
}
pub(crate) use rail_contract;

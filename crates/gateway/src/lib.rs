//! HTTP and WebSocket for `tillstream serve`: the screens, the commands and the feed for a browser on this machine.
//!
//! The gateway knows no domain type. It is given four things and asks nothing else of the till: a table of
//! [`Commands`], a [`Feed`] of changes already encoded, the [`Assets`] of the screens, and who takes [`Letters`] of other
//! servers. Start at [`Gateway`].
//!
//! Invariants, each held by a test in `tests/`:
//! - Only loopback addresses are listened on unless the caller says [`Surface::Network`].
//! - Every request must name this server in `Host` (no DNS rebinding), and in `Origin` when there is one. No CORS
//!   header is ever sent, so no other site's script can read an answer.
//! - Commands and feed need the [`Token`]; the screens themselves hold no secret and don't. Letters are proved by their
//!   signature, which is not looked at here: they are handed on byte for byte.
//! - The token appears in no log, error, answer or `Debug` output.
//! - The page of figures ([`MetricsPage`]) has an address of its own, on loopback only; it needs no token and can change
//!   nothing.
//! - Bodies, messages, waits and wrong guesses are bounded.

mod api;
mod asset;
mod commands;
mod door;
mod feed;
mod gateway;
mod headers;
mod host;
mod letters;
mod metrics;
mod refusal;
mod token;

pub use asset::{Asset, Assets};
pub use commands::{CommandRefused, Commands};
pub use feed::Feed;
pub use gateway::{BindError, Bound, Gateway};
pub use host::Surface;
pub use letters::{Letter, LetterRefused, Letters};
pub use metrics::{Figures, MetricsPage};
pub use token::{NoRandomness, Token};

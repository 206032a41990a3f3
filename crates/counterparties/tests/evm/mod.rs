//! EVM nodes, tokens and faulty providers, asked as a plain client asks.

mod node;
mod provider;
mod token;

//! Tests of the whole program, in one binary because each one links the world.

mod bindings;
mod cli;
mod contract;
mod kill;
mod tidy;

//! The testbed: a laboratory of virtual machines and the project's own tasks. Nothing of the product may depend on it.

pub mod bench;
pub mod demo;
pub mod differential;
pub mod engine;
pub mod generate;
pub mod interop;
pub mod kill;
pub mod lab;
pub mod machines;
pub mod matrix;
pub mod postgres;
pub mod suite;

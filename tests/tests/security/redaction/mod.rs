//! No value comes out: not of a check, not of a command or a fault, and none of two hundred canaries.

mod canaries;
mod commands;
mod documents;

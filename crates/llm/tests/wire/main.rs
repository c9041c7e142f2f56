//! The remote models against a scripted provider on loopback ([`support`]): what is sent, and what every sort of answer becomes.
#![allow(clippy::unwrap_used, reason = "the lint knows tests, not the functions that they share")]

mod anthropic_chat;
mod openai_chat;
mod openai_embeddings;
mod support;

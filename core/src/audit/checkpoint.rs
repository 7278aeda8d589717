//! Checkpoints: the last records of a log, signed with a key that is kept away from the log.
//!
//! The hash chain alone does not show that records were cut off the end, or that the whole log was rewritten. A
//! checkpoint that was kept elsewhere shows both, up to the records that it signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signature, Signer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::verify::{Tip, Verification};
use crate::base::{canonical, hex};

/// Prefix of the signed bytes. It prevents the signature from being valid for anything but a checkpoint.
const DOMAIN: &[u8] = b"cxvars-checkpoint-v1\n";

const VERSION: u32 = 1;

/// A signed statement that a log had certain last records at a certain time.
///
/// Its text is its canonical JSON (RFC 8785) and a line feed. The signature is Ed25519 (RFC 8032) over
/// `cxvars-checkpoint-v1`, a line feed, and the canonical JSON of the other fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    #[serde(flatten)]
    statement: Statement,
    signature: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Statement {
    v: u32,
    timestamp: f64,
    records: usize,
    heads: Vec<Tip>,
    public_key: String,
}

/// Why a checkpoint cannot be made or trusted. No message contains any part of a private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The log has an invalid line.
    #[error("the log is broken; a checkpoint would vouch for it")]
    Broken,
    /// The log has no records.
    #[error("the log has no records yet")]
    Empty,
    /// The text is not a checkpoint.
    #[error("not a checkpoint of version 1")]
    NotACheckpoint,
    /// The checkpoint names another public key.
    #[error("signed with another key: its public key begins with {begins}")]
    OtherKey {
        /// The first eight hexadecimal digits of the public key in the checkpoint.
        begins: String,
    },
    /// The signature does not match the text.
    #[error("the signature does not match: the checkpoint was changed, or was never signed with this key")]
    Signature,
    /// The text is not a key.
    #[error("not an Ed25519 {0}")]
    Key(&'static str),
}

/// The private key that signs checkpoints. It is a secret, so it does not implement `Debug`.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Reads a PKCS#8 private key (RFC 8410): as PEM, or as its base64 alone.
    ///
    /// # Errors
    /// [`CheckpointError::Key`] if the text is not an Ed25519 private key.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        const WHAT: CheckpointError = CheckpointError::Key("private key in PKCS#8");
        let der = der(text).ok_or(WHAT)?;
        ed25519_dalek::SigningKey::from_pkcs8_der(&der).map(Self).map_err(|_| WHAT)
    }
}

/// The public key that verifies checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 8410): as PEM, or as its base64 alone.
    ///
    /// # Errors
    /// [`CheckpointError::Key`] if the text is not an Ed25519 public key.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        const WHAT: CheckpointError = CheckpointError::Key("public key");
        let der = der(text).ok_or(WHAT)?;
        ed25519_dalek::VerifyingKey::from_public_key_der(&der).map(Self).map_err(|_| WHAT)
    }
}

impl Checkpoint {
    /// Signs the heads of a verified log. `timestamp` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`CheckpointError::Broken`] or [`CheckpointError::Empty`] if the log is broken or empty.
    pub fn sign(verified: &Verification, timestamp: f64, key: &SigningKey) -> Result<Self, CheckpointError> {
        if verified.first_bad.is_some() {
            return Err(CheckpointError::Broken);
        }
        if verified.heads.is_empty() || !timestamp.is_finite() {
            return Err(CheckpointError::Empty);
        }
        let statement = Statement {
            v: VERSION,
            timestamp,
            records: verified.records,
            heads: verified.heads.clone(),
            public_key: hex::encode(key.0.verifying_key().as_bytes()),
        };
        let signature = key.0.sign(&signed_bytes(&statement)?);
        Ok(Self { statement, signature: STANDARD.encode(signature.to_bytes()) })
    }

    /// Reads a checkpoint and checks that it was signed with the private half of `key`.
    ///
    /// # Errors
    /// The text is not a checkpoint, names another public key, or has a signature that does not match.
    pub fn read(text: &[u8], key: &PublicKey) -> Result<Self, CheckpointError> {
        let checkpoint: Self = serde_json::from_slice(text).map_err(|_| CheckpointError::NotACheckpoint)?;
        // Only the canonical text is accepted. So the text contains nothing that was not signed.
        let is_canonical = checkpoint.to_line()?.trim_ascii_end() == text.trim_ascii_end();
        if checkpoint.statement.v != VERSION || checkpoint.statement.heads.is_empty() || !is_canonical {
            return Err(CheckpointError::NotACheckpoint);
        }
        let named = &checkpoint.statement.public_key;
        if *named != hex::encode(key.0.as_bytes()) {
            let begins: String = named.chars().filter(char::is_ascii_hexdigit).take(8).collect();
            return Err(CheckpointError::OtherKey { begins });
        }
        let signature = STANDARD.decode(&checkpoint.signature).ok();
        let signature =
            signature.and_then(|bytes| Signature::from_slice(&bytes).ok()).ok_or(CheckpointError::Signature)?;
        // The strict check refuses keys of small order: with them, one signature is valid for many texts.
        key.0
            .verify_strict(&signed_bytes(&checkpoint.statement)?, &signature)
            .map_err(|_| CheckpointError::Signature)?;
        Ok(checkpoint)
    }

    /// Whether a text has the form of a checkpoint. Its signature is not checked.
    pub fn looks_like_one(text: &[u8]) -> bool {
        serde_json::from_slice::<Self>(text).is_ok()
    }

    /// The checkpoint's text: one line with its line feed.
    ///
    /// # Errors
    /// Never fails for a checkpoint from [`Checkpoint::sign`] or [`Checkpoint::read`].
    pub fn to_line(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut line = canonical::to_vec(self).map_err(|_| CheckpointError::NotACheckpoint)?;
        line.push(b'\n');
        Ok(line)
    }

    /// The signed records.
    pub fn heads(&self) -> &[Tip] {
        &self.statement.heads
    }

    /// Number of records that the log had.
    pub fn records(&self) -> usize {
        self.statement.records
    }

    /// When it was signed, in seconds since 1970-01-01T00:00:00Z.
    pub fn timestamp(&self) -> f64 {
        self.statement.timestamp
    }
}

fn signed_bytes(statement: &Statement) -> Result<Vec<u8>, CheckpointError> {
    let mut bytes = DOMAIN.to_vec();
    bytes.extend(canonical::to_vec(statement).map_err(|_| CheckpointError::NotACheckpoint)?);
    Ok(bytes)
}

/// Decodes a PEM text of one block, or its base64 alone.
fn der(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let base64: Zeroizing<String> = Zeroizing::new(lines.collect());
    STANDARD.decode(base64.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;

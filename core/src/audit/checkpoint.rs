//! Checkpoints: the head of a log, signed with a key that is not kept beside the log.
//!
//! A chain of hashes alone does not show that records were cut off at its end, or that all of it was written anew. Whoever
//! kept a checkpoint elsewhere sees both, up to the record that it signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signature, Signer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::verify::{Tip, Verification};
use crate::base::{canonical, hex};

/// What is signed begins with this, so that the signature can stand for nothing else.
const DOMAIN: &[u8] = b"cxvars-checkpoint-v1\n";

const VERSION: u32 = 1;

/// A signed statement that a log had these records at this time.
///
/// Its text is its RFC 8785 form and a line feed. The signature is Ed25519 (RFC 8032) over `cxvars-checkpoint-v1`, a line
/// feed, and the RFC 8785 form of the other fields.
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

/// Why there is no checkpoint, or none to rely on. Says nothing of a key's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The log has a line that does not hold.
    #[error("the log is broken; a checkpoint would vouch for it")]
    Broken,
    /// The log has no records.
    #[error("the log has no records yet")]
    Empty,
    /// The text is no checkpoint.
    #[error("not a checkpoint of version 1")]
    NotACheckpoint,
    /// It names another key.
    #[error("signed with another key: its public key begins with {begins}")]
    OtherKey {
        /// The first eight hexadecimal digits of the key that it names.
        begins: String,
    },
    /// The signature is not of this text.
    #[error("the signature does not match: the checkpoint was changed, or was never signed with this key")]
    Signature,
    /// The text is no key.
    #[error("not an Ed25519 {0}")]
    Key(&'static str),
}

/// The private key that signs checkpoints. No `Debug`: it is a secret.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Reads PKCS#8 (RFC 8410) as PEM, or only the base64 of it on one line.
    ///
    /// # Errors
    /// A text that is no Ed25519 private key.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        const WHAT: CheckpointError = CheckpointError::Key("private key in PKCS#8");
        let der = der(text).ok_or(WHAT)?;
        ed25519_dalek::SigningKey::from_pkcs8_der(&der).map(Self).map_err(|_| WHAT)
    }
}

/// The public key that checkpoints are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 8410) as PEM, or only the base64 of it on one line.
    ///
    /// # Errors
    /// A text that is no Ed25519 public key.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        const WHAT: CheckpointError = CheckpointError::Key("public key");
        let der = der(text).ok_or(WHAT)?;
        ed25519_dalek::VerifyingKey::from_public_key_der(&der).map(Self).map_err(|_| WHAT)
    }
}

impl Checkpoint {
    /// Signs the heads of a log that was found to hold. `timestamp` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// A log that is broken or empty.
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
    /// A text that is none, and a signature of another key or of another text.
    pub fn read(text: &[u8], key: &PublicKey) -> Result<Self, CheckpointError> {
        let checkpoint: Self = serde_json::from_slice(text).map_err(|_| CheckpointError::NotACheckpoint)?;
        // Only one text has one meaning: nothing is in it that was not signed.
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
        // The strict check refuses keys of small order, with which one signature fits many texts.
        key.0
            .verify_strict(&signed_bytes(&checkpoint.statement)?, &signature)
            .map_err(|_| CheckpointError::Signature)?;
        Ok(checkpoint)
    }

    /// The text to keep: one line.
    ///
    /// # Errors
    /// None that [`Checkpoint::sign`] or [`Checkpoint::read`] left possible.
    pub fn to_line(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut line = canonical::to_vec(self).map_err(|_| CheckpointError::NotACheckpoint)?;
        line.push(b'\n');
        Ok(line)
    }

    /// The records that were signed.
    pub fn heads(&self) -> &[Tip] {
        &self.statement.heads
    }

    /// How many records the log had.
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

/// The bytes of a PEM text of one block, or of its base64 alone.
fn der(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let base64: Zeroizing<String> = Zeroizing::new(lines.collect());
    STANDARD.decode(base64.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;

//! What a plan changes, as a digest that an approval names. Nothing in it comes from a value.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::PlanEntry;
use crate::base::canonical;
use crate::base::hex;
use crate::service::change::Change;

pub(super) fn digest(action: &str, entries: &[PlanEntry]) -> String {
    #[derive(Serialize)]
    struct Line<'e> {
        change: Change,
        encrypted: bool,
        name: &'e str,
        scope: &'e str,
        #[serde(rename = "type")]
        type_word: &'e str,
    }
    #[derive(Serialize)]
    struct Form<'e> {
        action: &'e str,
        variables: Vec<Line<'e>>,
    }
    let mut variables: Vec<_> = entries
        .iter()
        .map(|entry| Line {
            change: entry.change,
            encrypted: entry.encrypted,
            name: &entry.name,
            scope: &entry.scope_word,
            type_word: &entry.type_word,
        })
        .collect();
    variables.sort_by_key(|line| line.name);
    let bytes = canonical::to_vec(&Form { action, variables }).unwrap_or_default();
    hex::encode(&Sha256::digest(&bytes))
}

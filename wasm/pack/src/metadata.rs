//! What a component says of itself in custom sections, which registries and `cxvars plugin inspect` show.

use std::fs;
use std::path::Path;

use serde_json::Value;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField};

use super::toolchain::ask;
use super::tools::at;

/// The sections, as the tools of the component model name them, and the keys of Cargo.toml.
const SECTIONS: [(&str, &str); 5] = [
    ("version", "version"),
    ("licenses", "license"),
    ("source", "repository"),
    ("homepage", "homepage"),
    ("description", "description"),
];

/// Adds what a Cargo.toml says to a component.
pub(crate) fn add(manifest: &Path, component: &Path) -> Result<(), String> {
    let output =
        ask("cargo", &["metadata", "--no-deps", "--format-version=1", "--manifest-path", &manifest.to_string_lossy()])?;
    let package = serde_json::from_str::<Value>(&output).map(|metadata| metadata["packages"][0].clone());
    let package = package.map_err(|error| format!("`{}`: {error}", manifest.display()))?;
    let bytes = fs::read(component).map_err(|error| at(component, &error))?;
    let mut name = AddMetadata::default();
    name.name = AddMetadataField::Set(package["name"].as_str().unwrap_or_default().to_owned());
    let mut bytes = name.to_wasm(&bytes).map_err(|error| format!("`{}`: {error:#}", component.display()))?;
    for (section, key) in SECTIONS {
        if let Some(text) = package[key].as_str() {
            let section = CustomSection { name: section.into(), data: text.as_bytes().into() };
            section.append_to_component(&mut bytes);
        }
    }
    fs::write(component, bytes).map_err(|error| at(component, &error))
}

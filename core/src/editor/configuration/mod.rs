//! Functions for the text of a `cxvars.toml`. Edits touch only what is meant, so that comments, order and layout stay.

pub mod add_ignore;
pub mod completion;
pub mod definition;
pub mod folding;
pub mod hover;
pub mod places;
pub mod rename;
mod shapes;
mod statements;
pub mod symbols;

use thiserror::Error;
use toml::Spanned;
use toml::de::DeTable;

use crate::base::display;

/// Why nothing can be said about a text: it is not TOML.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cxvars.toml is not valid TOML: {0}")]
pub struct NotToml(String);

fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, NotToml> {
    DeTable::parse(text).map_err(|error| NotToml(display::escape(error.message())))
}

/// A file that names a variable in every way.
#[cfg(test)]
const EXAMPLE: &str = "# ours
[validate]
allow_empty = [\"region\", 'crm', # both
  \"zone\"]

[contracts]
crm = \"contracts/crm.json\" # the CRM
\"region\" = 'r.json'

[[ignore]]
code = \"CX501\"
variable = \"crm\"
reason = \"crm\"

[[ignore]]
code = \"CX502\"
path = \"bu07/**\"
variable = 'crm'
reason = \"agreed\"

[env.prod.params]
crm = \"hunter2\"
[env]
dev.params = { \"crm\" = \"hunter3\" }
";

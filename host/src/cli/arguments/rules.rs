//! `explain` and `schema`.

use clap::{Args, ValueEnum};

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Code or name of a rule; all rules are listed without it
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars schema --draft 7 > cxvars.schema.json\n\n\
                        An editor takes it for a YAML document with this first line:\n  \
                        # yaml-language-server: $schema=cxvars.schema.json")]
pub(crate) struct SchemaArgs {
    /// Dialect of JSON Schema; editors of YAML understand 7
    #[arg(long, value_enum, default_value_t, value_name = "DRAFT")]
    pub(crate) draft: DraftArg,
}

/// `--draft`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DraftArg {
    /// Draft 7
    #[value(name = "7")]
    Draft7,
    /// Draft 2020-12
    #[default]
    #[value(name = "2020-12")]
    Draft202012,
}

//! `cxvars rule`.

use std::path::Path;

use clap::{Args, Subcommand};
use cxvars_core::base::display::{escape, quote};
use cxvars_core::check::rule_examples::{Example, Outcome};
use cxvars_core::options::CheckOptions;
use cxvars_core::options::rule::{CustomRule, CustomRules};
use serde::Serialize;

use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::input::{self, Buffer};
use crate::system::files;
use crate::system::suggest;
use crate::system::terminal::Terminal;

/// Test your own rules, which `[[rule]]` declares, by the examples beside them
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: RuleCommand,
}

/// `rule …`.
#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// Check that each rule fires in its examples `fires`, and not in its examples `passes`
    Test(TestArgs),
}

/// Arguments of `rule test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars rule test                        all rules of the configuration\n  cxvars rule test TR001 TR002\n  \
                  cxvars rule test --format json\n\n\
                  A rule with an example of each kind, in cxvars.toml:\n  [[rule]]\n  code = \"TR001\"\n  \
                  message = \"a limit is an integer\"\n  when = { name = \"*_limit\" }\n  require = { type = \"integer\" }\n  \
                  fires = \"{name: crm_limit, type: string, value: '3'}\"\n  \
                  passes = [\"{name: crm_limit, type: integer, value: '3'}\", \"examples/crm.yaml\"]\n\n\
                  Exits with 1 if an example fails, and with 3 if a file cannot be read. docs/rules-of-your-own.md says how to \
                  write rules."
)]
pub(crate) struct TestArgs {
    /// Codes of the rules to test; without them, all are
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The JSON report.
#[derive(Serialize)]
struct TestReport<'r> {
    version: u32,
    rules: Vec<RuleReport<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct RuleReport<'r> {
    code: &'r str,
    /// Where it is declared.
    origin: &'r str,
    examples: Vec<ExampleReport<'r>>,
}

#[derive(Serialize)]
struct ExampleReport<'r> {
    kind: &'static str,
    /// Its number among those of its kind, from 1.
    number: usize,
    /// `None` if its text is written beside the rule.
    file: Option<&'r str>,
    passed: bool,
    problem: Option<String>,
    /// The findings that decided.
    found: Vec<Found>,
    /// Whether its file could not be read.
    #[serde(skip)]
    is_unread: bool,
}

#[derive(Serialize)]
struct Found {
    code: String,
    pointer: String,
    message: String,
}

#[derive(Serialize)]
struct Summary {
    rules: usize,
    examples: usize,
    failed: usize,
    without_examples: usize,
}

pub(super) fn run(arguments: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let RuleCommand::Test(args) = &arguments.command;
    let context = global.context(terminal)?;
    let options = context.check_options(None);
    let report = report(&chosen(&options.custom_rules, &args.codes)?, &options);
    let text = match args.format {
        Format::Text => text(&report),
        Format::Json => serde_json::to_string_pretty(&report).map_err(CommandError::io)? + "\n",
    };
    terminal.result(&text)?;
    let mut examples = report.rules.iter().flat_map(|rule| &rule.examples);
    Ok(match report.summary.failed {
        0 => Exit::Success,
        _ if examples.any(|example| example.is_unread) => Exit::Io,
        _ => Exit::Findings,
    })
}

/// The rules with these codes, or all.
fn chosen<'r>(rules: &'r CustomRules, codes: &[String]) -> Result<Vec<&'r CustomRule>, CommandError> {
    if rules.is_empty() {
        return Err(CommandError::usage(
            "the configuration has no rule to test; declare one as [[rule]] in cxvars.toml (`cxvars rule test --help` has one)",
        ));
    }
    if codes.is_empty() {
        return Ok(rules.iter().collect());
    }
    let find = |code: &String| {
        rules.find(code).ok_or_else(|| {
            let known = rules.iter().map(CustomRule::code);
            CommandError::usage(format!("no [[rule]] has the code {}; {}", quote(code), suggest::help(code, known)))
        })
    };
    codes.iter().map(find).collect()
}

fn report<'r>(rules: &[&'r CustomRule], options: &CheckOptions) -> TestReport<'r> {
    let of_rule = |rule: &&'r CustomRule| RuleReport {
        code: rule.code(),
        origin: rule.origin(),
        examples: rule.examples().map(|example| example_report(&example, options)).collect(),
    };
    let rules: Vec<RuleReport<'r>> = rules.iter().map(of_rule).collect();
    let examples = || rules.iter().flat_map(|rule| &rule.examples);
    let summary = Summary {
        rules: rules.len(),
        examples: examples().count(),
        failed: examples().filter(|example| !example.passed).count(),
        without_examples: rules.iter().filter(|rule| rule.examples.is_empty()).count(),
    };
    TestReport { version: 1, rules, summary }
}

fn example_report<'r>(example: &Example<'r>, options: &CheckOptions) -> ExampleReport<'r> {
    let mut buffer = Buffer::default();
    // The path of a file starts from the folder of the file with the rule.
    let folder = example.rule().file().parent().unwrap_or(Path::new(""));
    let outcome = match example.file() {
        None => Ok(example.judge(None, options)),
        Some(file) => input::read_into(&mut buffer, &folder.join(file), options.validate.max_bytes(), files::open_file)
            .map(|bytes| example.judge(Some(bytes), options)),
    };
    let is_unread = outcome.is_err();
    let (problem, found) = match outcome {
        Ok(Outcome { problem, found, .. }) => (problem, found),
        Err(error) => (Some(error.to_string()), Vec::new()),
    };
    let found = found.into_iter().map(|finding| Found {
        code: finding.code.into_owned(),
        pointer: finding.pointer,
        message: finding.message,
    });
    ExampleReport {
        kind: example.expected.key(),
        number: example.number,
        file: example.file(),
        passed: problem.is_none(),
        problem,
        found: found.collect(),
        is_unread,
    }
}

fn text(report: &TestReport<'_>) -> String {
    let mut text = String::new();
    for rule in &report.rules {
        if rule.examples.is_empty() {
            text += &format!("none  {} has no example ({})\n", rule.code, rule.origin);
        }
        for example in &rule.examples {
            let ExampleReport { kind, number, file, problem, found, .. } = example;
            let file = file.map(|file| format!(" ({})", escape(file))).unwrap_or_default();
            let name = format!("{} {kind} {number}{file}", rule.code);
            match problem {
                None => text += &format!("ok    {name}\n"),
                Some(problem) => text += &format!("FAIL  {name}: {problem} ({})\n", rule.origin),
            }
            for Found { code, pointer, message } in found.iter().filter(|_| problem.is_some()) {
                text += &format!(
                    "        {code} at {}: {message}\n",
                    if pointer.is_empty() { "the document" } else { pointer }
                );
            }
        }
    }
    let Summary { rules, examples, failed, without_examples } = report.summary;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    text += &format!("\n{examples} example{} of {rules} rule{}, {failed} failed", plural(examples), plural(rules));
    if without_examples > 0 {
        text += &format!("; {without_examples} rule{} without an example", plural(without_examples));
    }
    text + "\n"
}

//! Applies `[[ignore]]` entries: removes the findings that a team accepts.

use crate::diagnostic::{Diagnostic, Severity};
use crate::options::ignore::Ignore;
use crate::rules::context::Context;

/// A finding that matches an ignore entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// Index of the entry in [`crate::options::CheckOptions::ignores`].
    pub ignore: usize,
    /// Name of the variable that the finding is about, if it is known.
    pub variable: Option<String>,
    /// The severity of the finding.
    pub severity: Severity,
    /// What became of the finding.
    pub effect: Effect,
}

/// What an ignore entry does to a finding that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The finding is gone.
    Silenced,
    /// The finding stays, because the entry has expired.
    Expired,
    /// The finding stays, because it says why the document cannot be sent.
    Refused,
}

/// Removes the ignored findings from the list. Each finding is counted for the first matching entry that has not
/// expired, so a second entry for the same finding is reported as unused.
pub(crate) fn silence(diagnostics: &mut Vec<Diagnostic>, context: &Context<'_>) -> Vec<Ignored> {
    let options = context.options;
    let mut ignored = Vec::new();
    if options.ignores.is_empty() {
        return ignored;
    }
    diagnostics.retain(|finding| {
        let is_named = options.ignores.iter().any(|ignore| ignore.code == finding.code);
        if !is_named || options.is_unconditional(&finding.code) {
            return true;
        }
        let variable = finding.variable.as_deref();
        let fitting = || options.ignores.iter().enumerate().filter(|(_, ignore)| ignore.matches(finding, variable));
        let counts = |(_, ignore): &(usize, &Ignore)| !ignore.is_expired(options.today);
        let active = fitting().find(counts);
        let Some((index, _)) = active.or_else(|| fitting().next()) else {
            return true;
        };
        let effect = match active {
            None => Effect::Expired,
            Some(_) if context.is_binding(&finding.code) => Effect::Refused,
            Some(_) => Effect::Silenced,
        };
        let variable = variable.map(str::to_owned);
        ignored.push(Ignored { ignore: index, variable, severity: finding.severity, effect });
        effect != Effect::Silenced
    });
    ignored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Report, check};
    use crate::options::CheckOptions;
    use crate::options::ignore::{Date, IgnoreError};
    use crate::rules::ALL;

    const TEXT: &str = r#"{"variables": [
        {"name": "_a", "type": "string", "value": "x"},
        {"name": "_b", "type": "string", "value": "x"}]}"#;

    fn ignore(code: &str, variable: Option<&str>, expires: Option<Date>) -> Ignore {
        Ignore { variable: variable.map(str::to_owned), expires, ..Ignore::new(ALL, code, "why", "t:1").unwrap() }
    }

    fn checked(text: &str, ignores: Vec<Ignore>) -> Report {
        check(
            text.as_bytes(),
            &CheckOptions { ignores, today: Some(Date::new(2026, 11, 2)), ..CheckOptions::default() },
        )
    }

    fn pointers(report: &Report) -> Vec<&str> {
        report.diagnostics().iter().map(|finding| finding.pointer.as_str()).collect()
    }

    #[test]
    fn a_day_is_read_in_one_form_alone() {
        assert_eq!(Date::parse("2027-01-31"), Some(Date::new(2027, 1, 31)));
        for text in [
            "",
            "2027",
            "2027-1-31",
            "2027-13-01",
            "2027-00-10",
            "2027-01-32",
            "2027-01-31x",
            "+027-01-31",
            "-2027-01-31",
            "２027-01-31",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_finding_is_silenced_for_its_variable_alone() {
        let report = checked(TEXT, vec![ignore("CX102", Some("_b"), None)]);
        assert_eq!(pointers(&report), ["/variables/0/name"]);
        let variable = Some("_b".to_owned());
        let expected = Ignored { ignore: 0, variable, severity: Severity::Error, effect: Effect::Silenced };
        assert_eq!(report.ignored(), [expected]);
        assert!(checked(TEXT, vec![ignore("CX102", None, None)]).is_valid());
        let report = checked(TEXT, vec![ignore("CX101", None, None), ignore("CX102", Some("b"), None)]);
        assert_eq!((report.diagnostics().len(), report.ignored()), (2, &[][..]));
    }

    #[test]
    fn a_variable_is_found_by_its_whole_index_and_in_a_bare_list() {
        let list: Vec<_> = (0..12).map(|n| format!(r#"{{"name": "v{n}", "type": "string", "valu": "x"}}"#)).collect();
        let report = checked(&format!("[{}]", list.join(",")), vec![ignore("CX004", Some("v11"), None)]);
        assert_eq!(report.ignored().len(), 1);
        let unknown: Vec<_> = report.diagnostics().iter().filter(|finding| finding.code == "CX004").collect();
        assert_eq!(unknown.len(), 11);
        assert!(unknown.iter().all(|finding| !finding.pointer.starts_with("/11")));
    }

    #[test]
    fn an_expired_ignore_counts_as_absent_and_is_told() {
        for (day, expired) in [(1, true), (2, false), (3, false)] {
            let report = checked(TEXT, vec![ignore("CX102", Some("_a"), Some(Date::new(2026, 11, day)))]);
            assert_eq!(report.diagnostics().len(), if expired { 2 } else { 1 }, "{day}");
            assert_eq!(report.ignored()[0].effect, if expired { Effect::Expired } else { Effect::Silenced });
        }
        let without_a_day = ignore("CX102", None, Some(Date::new(1999, 1, 1)));
        assert!(!without_a_day.is_expired(None));
    }

    #[test]
    fn the_first_one_that_counts_silences() {
        let old = ignore("CX102", None, Some(Date::new(2020, 1, 1)));
        let report = checked(TEXT, vec![old, ignore("CX102", None, None), ignore("CX102", Some("_a"), None)]);
        assert!(report.ignored().iter().all(|ignored| ignored.ignore == 1 && ignored.effect == Effect::Silenced));
        assert_eq!(report.ignored().len(), 2);
    }

    #[test]
    fn what_says_that_the_text_cannot_be_read_is_never_silenced() {
        assert_eq!(Ignore::new(ALL, "CX001", "why", "").unwrap_err(), IgnoreError::Unreadable { code: "CX001" });
        assert!(matches!(Ignore::new(ALL, "CX006", "why", ""), Err(IgnoreError::Unreadable { .. })));
        let forced = Ignore { code: "CX001".to_owned(), ..ignore("CX102", None, None) };
        assert_eq!(checked("[", vec![forced]).diagnostics().len(), 1);
    }

    #[test]
    fn what_keeps_a_document_from_being_sent_is_not_silenced() {
        let effect = |text: &str, code| {
            let report = checked(text, vec![ignore(code, None, None)]);
            (report.is_valid(), report.ignored().iter().map(|ignored| ignored.effect).collect::<Vec<_>>())
        };
        let variable = |fields: &str| format!(r#"[{{"name": "a", "type": "string", "value": "x"{fields}}}]"#);
        for (text, code) in [
            (r#"[{"name": "a", "type": "string", "value": 3}]"#.to_owned(), "CX002"),
            (r#"[{"name": "a", "type": "string"}]"#.to_owned(), "CX005"),
            (r#"[{"name": "a", "type": "text", "value": "x"}]"#.to_owned(), "CX201"),
            (variable(r#", "scope": "tenant""#), "CX301"),
            (variable(r#", "encrypted": "yes""#), "CX002"),
            (r#"[{"name": "a", "type": "string", "value_from": {}}]"#.to_owned(), "CX601"),
        ] {
            assert_eq!(effect(&text, code), (false, vec![Effect::Refused]), "{text}");
        }
        let described = r#"{"variables": [{"name": "a", "type": "string", "value": "x"}], "owner": 3}"#;
        assert_eq!(effect(described, "CX004"), (true, vec![Effect::Silenced]));
        let both = variable(r#", "value_from": {"env": "A"}"#);
        assert_eq!(effect(&both, "CX601"), (true, vec![Effect::Silenced]), "the reference counts");
    }

    #[test]
    fn after_a_syntax_mistake_nothing_is_taken_for_a_name() {
        let text = r#"[{"name": "_a", "type": "string" "value": "x"}, {"name": "_b"}]"#;
        let report = checked(text, vec![ignore("CX005", Some("_b"), None), ignore("CX005", None, None)]);
        assert!(report.ignored().iter().all(|ignored| ignored.ignore == 1 && ignored.variable.is_none()));
    }

    #[test]
    fn a_wrong_code_gets_a_suggestion_and_a_reason_is_mandatory() {
        assert_eq!(
            Ignore::new(ALL, "CX1O2", "why", "").unwrap_err().to_string(),
            "`CX1O2` is no rule; did you mean CX102?"
        );
        assert_eq!(Ignore::new(ALL, "banana", "why", "").unwrap_err().to_string(), "`banana` is no rule");
        assert_eq!(Ignore::new(ALL, "CX102", " ", "").unwrap_err(), IgnoreError::NoReason);
    }
}

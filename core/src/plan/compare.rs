//! Compares two lists of stored variables, such as those of two environments.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::mask::is_mask;
use crate::service::stored::{EncryptedRoundtrip, StoredVariable};

/// How one variable compares between two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Only the first list has it.
    OnlyFirst,
    /// Only the second list has it.
    OnlySecond,
    /// Type, scope, encryption flag or value differ.
    Different,
    /// Everything that can be read is the same, but a value cannot be read.
    Unknown,
    /// Everything is the same.
    Same,
}

/// The comparison of one variable. It never contains a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// The result of the comparison.
    pub relation: Relation,
    /// The fields that differ: `type`, `scope`, `encrypted`, `value`.
    pub differs: Vec<&'static str>,
}

/// Compares every variable of either list; the result is sorted by name. `roundtrips` says for each list how its
/// service returns encrypted values.
pub fn compare(
    first: &[StoredVariable],
    second: &[StoredVariable],
    roundtrips: [EncryptedRoundtrip; 2],
) -> Vec<Compared> {
    let mut pairs: BTreeMap<&str, (Option<&StoredVariable>, Option<&StoredVariable>)> = BTreeMap::new();
    for variable in first {
        pairs.entry(&variable.name).or_default().0.get_or_insert(variable);
    }
    for variable in second {
        pairs.entry(&variable.name).or_default().1.get_or_insert(variable);
    }
    pairs
        .into_iter()
        .map(|(name, pair)| {
            let (relation, differs) = match pair {
                (Some(first), Some(second)) => relation(first, second, roundtrips),
                (Some(_), None) => (Relation::OnlyFirst, Vec::new()),
                (None, _) => (Relation::OnlySecond, Vec::new()),
            };
            Compared { name: name.to_owned(), relation, differs }
        })
        .collect()
}

fn relation(
    first: &StoredVariable,
    second: &StoredVariable,
    roundtrips: [EncryptedRoundtrip; 2],
) -> (Relation, Vec<&'static str>) {
    let [of_first, of_second] = roundtrips;
    // Two masks are equal, whatever they hide.
    let shown = |variable: &StoredVariable, roundtrip| {
        variable.readable_value(roundtrip).filter(|value| !is_mask(value.expose()))
    };
    let values = (shown(first, of_first), shown(second, of_second));
    let differs: Vec<&str> = [
        ("type", first.type_word != second.type_word),
        ("scope", first.scope_word != second.scope_word),
        ("encrypted", first.encrypted != second.encrypted),
        ("value", matches!(&values, (Some(first), Some(second)) if first != second)),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect();
    let relation = match values {
        _ if !differs.is_empty() => Relation::Different,
        (Some(_), Some(_)) => Relation::Same,
        _ => Relation::Unknown,
    };
    (relation, differs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;

    fn variable(name: &str, encrypted: bool, value: &str) -> StoredVariable {
        StoredVariable {
            name: name.to_owned(),
            type_word: "string".to_owned(),
            scope_word: "action".to_owned(),
            encrypted,
            value: Some(Secret::new(value)),
            received: None,
        }
    }

    fn relations(first: &[StoredVariable], second: &[StoredVariable]) -> Vec<(String, Relation, Vec<&'static str>)> {
        let compared = compare(first, second, [EncryptedRoundtrip::Refuse; 2]);
        compared.into_iter().map(|one| (one.name, one.relation, one.differs)).collect()
    }

    #[test]
    fn every_variable_of_either_list_is_told() {
        let first = [variable("b", false, "1"), variable("a", false, "1"), variable("c", true, "****")];
        let second = [variable("a", false, "2"), variable("c", true, "####"), variable("d", false, "1")];
        let expected = [
            ("a".to_owned(), Relation::Different, vec!["value"]),
            ("b".to_owned(), Relation::OnlyFirst, vec![]),
            ("c".to_owned(), Relation::Unknown, vec![]),
            ("d".to_owned(), Relation::OnlySecond, vec![]),
        ];
        assert_eq!(relations(&first, &second), expected);
        assert_eq!(relations(&first[..1], &first[..1]), [("b".to_owned(), Relation::Same, vec![])]);
    }

    #[test]
    fn what_is_masked_in_one_is_no_difference_of_values_but_of_the_flag() {
        let differs =
            |first: &StoredVariable, second: &StoredVariable| relation(first, second, [EncryptedRoundtrip::Refuse; 2]);
        let (plain, masked) = (variable("a", false, "1"), variable("a", true, "****"));
        assert_eq!(differs(&plain, &masked), (Relation::Different, vec!["encrypted"]));
        let wider =
            StoredVariable { scope_word: "global".to_owned(), type_word: "integer".to_owned(), ..masked.clone() };
        assert_eq!(differs(&masked, &wider), (Relation::Different, vec!["type", "scope"]));
    }

    #[test]
    fn where_the_service_shows_values_they_are_compared() {
        let (first, second) = (variable("a", true, "1"), variable("a", true, "2"));
        assert_eq!(relation(&first, &second, [EncryptedRoundtrip::Echo; 2]), (Relation::Different, vec!["value"]));
    }

    #[test]
    fn a_mask_without_its_flag_is_not_the_same_as_another() {
        let masked = [variable("s", false, "********")];
        let compared = compare(&masked, &masked, [EncryptedRoundtrip::Refuse; 2]);
        assert_eq!(compared[0].relation, Relation::Unknown);
        let compared = compare(&masked, &[variable("s", false, "x")], [EncryptedRoundtrip::Refuse; 2]);
        assert_eq!(compared[0].relation, Relation::Unknown);
    }
}

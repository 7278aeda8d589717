//! `--canary`: the actions that are applied before all others.

use std::str::FromStr;

use cxvars_core::base::display::quote;

use super::member::ActionRef;

/// What `--canary` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Canary {
    /// The actions with this alias.
    Alias(String),
    /// This part of all actions in per cent, the first ones.
    Share(u8),
}

impl FromStr for Canary {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(number) = text.strip_suffix('%') else { return Ok(Self::Alias(text.to_owned())) };
        match number.parse() {
            Ok(share @ 1..=100) => Ok(Self::Share(share)),
            _ => Err("a share is a whole number from 1% to 100%"),
        }
    }
}

/// Which of these actions are canaries.
///
/// # Errors
/// None of them has an alias that is named. The message says which.
pub(super) fn canaries(named: &[Canary], actions: &[ActionRef]) -> Result<Vec<bool>, String> {
    let mut are_canaries = vec![false; actions.len()];
    for canary in named {
        match canary {
            Canary::Share(share) => {
                let count = (actions.len() * usize::from(*share)).div_ceil(100);
                are_canaries.iter_mut().take(count).for_each(|is_canary| *is_canary = true);
            }
            Canary::Alias(alias) => {
                let is_named = |action: &ActionRef| action.alias.as_ref() == Some(alias);
                if !actions.iter().any(is_named) {
                    return Err(format!("--canary names {}, which is no action of this run", quote(alias)));
                }
                are_canaries.iter_mut().zip(actions).for_each(|(is_canary, action)| *is_canary |= is_named(action));
            }
        }
    }
    Ok(are_canaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_or_a_share_of_all_that_is_at_least_one() {
        let action =
            |alias: &str| ActionRef { environment: None, action: format!("id-{alias}"), alias: Some(alias.to_owned()) };
        let actions = ["crm", "ivr", "crm", "sms"].map(action);
        let of = |named: &[&str]| {
            let named: Vec<Canary> = named.iter().map(|text| text.parse().unwrap()).collect();
            canaries(&named, &actions)
        };
        assert_eq!(of(&[]).unwrap(), [false; 4]);
        assert_eq!(of(&["crm"]).unwrap(), [true, false, true, false]);
        assert_eq!(of(&["1%", "sms"]).unwrap(), [true, false, false, true]);
        assert_eq!(of(&["51%"]).unwrap(), [true, true, true, false]);
        assert!(of(&["id-crm"]).unwrap_err().contains("`id-crm`"));
        for wrong in ["0%", "101%", "x%", "1.5%", "%"] {
            assert!(wrong.parse::<Canary>().is_err(), "{wrong}");
        }
    }
}

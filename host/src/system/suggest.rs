//! "Did you mean": the known name that is closest to an unknown one.

use cxvars_core::base::display;
use cxvars_core::base::vocabulary::did_you_mean;

/// The end of a message about an unknown name. Suggests the closest candidate, or lists all candidates if none is
/// close, or says that there are none.
pub fn help<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    candidates.sort_unstable();
    if let Some(nearest) = did_you_mean(name, candidates.iter().copied()) {
        return format!("did you mean `{}`?", display::escape(nearest));
    }
    if candidates.is_empty() {
        return "none is defined".to_owned();
    }
    let quoted: Vec<String> = candidates.iter().map(|name| format!("`{}`", display::escape(name))).collect();
    format!("known: {}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_what_is_known_when_nothing_is_near() {
        assert_eq!(help("colour", ["b", "a"]), "known: `a`, `b`");
        assert_eq!(help("colour", []), "none is defined");
        assert_eq!(help("ulr", ["url"]), "did you mean `url`?");
    }
}

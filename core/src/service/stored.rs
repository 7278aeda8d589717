//! Variables and Data Actions in the form of the service.

use serde::{Deserialize, Serialize};

use crate::base::mask::is_mask;
use crate::base::secret::Secret;
use crate::options::kind::Choice;
use crate::service::value::canonical;

/// How the service returns the value of an encrypted variable, and what it does with a mask that is sent back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptedRoundtrip {
    /// It returns a mask. If the mask were sent back, the service would store the mask as the value.
    #[default]
    Refuse,
    /// It returns a mask. If the mask is sent back, the service keeps the stored value.
    MaskKeeps,
    /// It returns the value.
    Echo,
}

impl Choice for EncryptedRoundtrip {
    const WORDS: &'static [(&'static str, Self)] =
        &[("refuse", Self::Refuse), ("mask-keeps", Self::MaskKeeps), ("echo", Self::Echo)];
}

/// A variable in a request or an answer. It has no `Debug`, because it holds the value.
#[derive(Clone)]
pub struct StoredVariable {
    /// Name.
    pub name: String,
    /// The word of the type, in lower case.
    pub type_word: String,
    /// The word of the scope, in lower case.
    pub scope_word: String,
    /// Whether the service encrypts the value.
    pub encrypted: bool,
    /// The value. If an answer hides it, a mask or none.
    pub value: Option<Secret>,
    /// The JSON object in the answer. If there is one, it is sent back as it came, with every field.
    pub received: Option<Secret>,
}

impl StoredVariable {
    /// The value, if it can be read: the variable is not encrypted, or the service returns encrypted values in the clear
    /// and this is no mask. In the form in which equal values of the variable's type are equal texts.
    pub fn readable_value(&self, roundtrip: EncryptedRoundtrip) -> Option<Secret> {
        let value = match self.encrypted {
            false => self.value.as_ref(),
            true if roundtrip == EncryptedRoundtrip::Echo => {
                self.value.as_ref().filter(|value| !is_mask(value.expose()))
            }
            true => None,
        };
        value.map(|value| canonical(&self.type_word, value))
    }

    /// The value in the form in which equal values of the variable's type are equal texts, whether or not it is a mask.
    pub fn canonical_value(&self) -> Option<Secret> {
        self.value.as_ref().map(|value| canonical(&self.type_word, value))
    }

    /// Whether the variable can be sent back without loss. A mask would become the value, unless the service keeps the
    /// value of an encrypted variable whose mask it gets back.
    pub fn can_be_sent_back(&self, roundtrip: EncryptedRoundtrip) -> bool {
        let Some(value) = self.value.as_ref().map(Secret::expose) else { return false };
        match roundtrip {
            EncryptedRoundtrip::MaskKeeps if self.encrypted => !value.is_empty(),
            EncryptedRoundtrip::Echo => !is_mask(value),
            _ => !self.encrypted && !is_mask(value),
        }
    }
}

/// A Data Action as the service describes it in an answer. It has no `Debug`, because it holds values.
#[derive(Clone)]
pub struct StoredAction {
    /// Its display name.
    pub name: Option<String>,
    /// Its lifecycle state, such as `PUBLISHING`.
    pub state: Option<String>,
    /// Its variables, in the order of the service. None if the answer does not list them: the action has none, if the
    /// answer shows what is stored.
    pub variables: Option<Vec<StoredVariable>>,
    /// The whole answer, for an update that replaces the whole definition.
    pub(super) definition: Secret,
}

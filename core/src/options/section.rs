//! How a section of `cxvars.toml` is declared: one struct, from which come its reading, its documentation and its schema.

use crate::options::reader::{Place, Table, Value};

/// A table of the configuration whose keys are fixed. [`section!`](crate::section) implements it.
pub trait Section: Sized {
    /// What is documented of it.
    const ABOUT: About;

    /// Reads its keys. None where one is missing that has to be there; the mistakes are with the reader.
    fn read(table: &mut Table<'_>) -> Option<Self>;

    /// This section, and what `lower` says where this one is silent.
    #[must_use]
    fn over(self, lower: Self) -> Self;
}

/// What is documented of a section.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// How its header is written, such as `[validate]`; empty for the top level.
    pub header: &'static str,
    /// What it is, in the lines of its doc comment.
    pub doc: &'static [&'static str],
    /// Its keys, in the order of their declaration.
    pub keys: &'static [Key],
}

/// What is documented of a key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it means, in the lines of its doc comment.
    pub doc: &'static [&'static str],
    /// What may be written for it.
    pub shape: Shape,
    /// Whether it has to be there.
    pub is_required: bool,
    /// What holds without it.
    pub default: Fallback,
    /// An example of its value, in TOML; empty for a table that has a section of its own.
    pub example: &'static str,
}

/// What holds where a key is not given.
#[derive(Clone, Copy, Debug)]
pub enum Fallback {
    /// Nothing that could be named.
    Nothing,
    /// A value, in TOML.
    Value(fn() -> String),
    /// What this says.
    Words(&'static str),
}

/// What may be written for a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Not a key: the reader fills the field.
    Hidden,
    /// A string that matches this regular expression.
    Text(&'static str),
    /// A string of one of these words.
    Words(fn() -> Vec<&'static str>),
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// True or false.
    Boolean,
    /// A date, or a string such as `2027-01-31`.
    Date,
    /// An array.
    List(&'static Shape),
    /// A table of the user's own names, each with such a value.
    Entries(&'static Shape),
    /// A table.
    Table(&'static About),
    /// The keys of a table, beside those of this one.
    Flat(&'static About),
    /// One of these.
    Either(&'static [Shape]),
}

/// A string of whatever characters.
pub const ANY_TEXT: Shape = Shape::Text("");
/// A string that is not only white space.
pub const SOME_TEXT: Shape = Shape::Text(r"\S");

/// How the value of a key is written, read and merged.
pub trait Kind {
    /// What it is read into.
    type Value: Clone;

    /// What may be written.
    const SHAPE: Shape;

    /// Reads it; none where it is wrong, and then the mistake is with the reader.
    fn read(value: &Value<'_>) -> Option<Self::Value>;

    /// What holds where two sources give it.
    fn over(higher: Self::Value, _lower: Self::Value) -> Self::Value {
        higher
    }
}

/// A kind whose values can be written.
pub trait Show: Kind {
    /// The value in TOML.
    fn show(value: &Self::Value) -> String;
}

/// A field of a section: an optional key, one that is [`Required`], or what is no key at all.
pub trait Field {
    /// What the field holds.
    type Held;

    /// What may be written.
    const SHAPE: Shape;
    /// Whether the key has to be there.
    const IS_REQUIRED: bool;

    /// Reads the field; none where its key has to be there and cannot be used.
    fn fill(table: &mut Table<'_>, key: &'static str) -> Option<Self::Held>;

    /// What holds where two sources give it.
    fn merge(higher: Self::Held, lower: Self::Held) -> Self::Held;
}

impl<K: Kind> Field for K {
    type Held = Option<K::Value>;

    const SHAPE: Shape = K::SHAPE;
    const IS_REQUIRED: bool = false;

    fn fill(table: &mut Table<'_>, key: &'static str) -> Option<Self::Held> {
        Some(table.get(key).and_then(|value| K::read(&value)))
    }

    fn merge(higher: Self::Held, lower: Self::Held) -> Self::Held {
        match (higher, lower) {
            (Some(higher), Some(lower)) => Some(K::over(higher, lower)),
            (higher, lower) => higher.or(lower),
        }
    }
}

/// A key that has to be there.
pub struct Required<K>(std::marker::PhantomData<K>);

impl<K: Kind> Field for Required<K> {
    type Held = K::Value;

    const SHAPE: Shape = K::SHAPE;
    const IS_REQUIRED: bool = true;

    fn fill(table: &mut Table<'_>, key: &'static str) -> Option<Self::Held> {
        table.require(key).and_then(|value| K::read(&value))
    }

    fn merge(higher: Self::Held, _: Self::Held) -> Self::Held {
        higher
    }
}

/// The keys of another section beside one's own.
pub struct Flat<S>(std::marker::PhantomData<S>);

impl<S: Section> Field for Flat<S> {
    type Held = S;

    const SHAPE: Shape = Shape::Flat(&S::ABOUT);
    const IS_REQUIRED: bool = false;

    fn fill(table: &mut Table<'_>, _: &'static str) -> Option<Self::Held> {
        S::read(table)
    }

    fn merge(higher: Self::Held, lower: Self::Held) -> Self::Held {
        higher.over(lower)
    }
}

/// Where the section is written; not a key.
pub struct Here;

impl Field for Here {
    type Held = Place;

    const SHAPE: Shape = Shape::Hidden;
    const IS_REQUIRED: bool = false;

    fn fill(table: &mut Table<'_>, _: &'static str) -> Option<Self::Held> {
        Some(table.place())
    }

    fn merge(higher: Self::Held, _: Self::Held) -> Self::Held {
        higher
    }
}

/// Declares a section: a struct whose doc comments document the section and its keys.
///
/// A line is a key: its name, its [`Kind`] (or [`Required`], [`Flat`], [`Here`]), then `= VALUE` for its default or
/// `else "WORDS"` for what holds without it, then `example "VALUE"` in TOML. A field holds what is written, so that
/// sources can be merged; a key with a default has a method of its name that fills it in.
///
/// ```
/// use cxvars_core::options::kind::{Count, Text};
///
/// cxvars_core::section! {
///     /// How long names may be.
///     #[derive(Clone, Debug, Default)]
///     pub struct Lengths("[lengths]") {
///         /// Longest name, in characters.
///         most: Count<1, 100> = 40, example "30";
///         /// What names begin with.
///         prefix: Text, else "names may begin with anything", example "\"crm_\"";
///     }
/// }
/// assert_eq!(Lengths::default().most(), 40);
/// ```
#[macro_export]
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        #[derive($($derived:path),* $(,)?)]
        $visible:vis struct $name:ident($header:literal) {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $kind:ty $(= $default:expr)? $(, else $words:literal)? $(, example $example:literal)?;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive($($derived),*)]
        $visible struct $name {
            $(
                $(#[doc = $doc])+
                pub $key: <$kind as $crate::options::section::Field>::Held,
            )+
        }

        impl $crate::options::section::Section for $name {
            const ABOUT: $crate::options::section::About = $crate::options::section::About {
                header: $header,
                doc: &[$($about),+],
                keys: &[$($crate::options::section::Key {
                    name: stringify!($key),
                    doc: &[$($doc),+],
                    shape: <$kind as $crate::options::section::Field>::SHAPE,
                    is_required: <$kind as $crate::options::section::Field>::IS_REQUIRED,
                    default: $crate::section!(@fallback $kind $(= $default)? $(, $words)?),
                    example: concat!($($example)?),
                }),+],
            };

            fn read(table: &mut $crate::options::reader::Table<'_>) -> Option<Self> {
                $(let $key = <$kind as $crate::options::section::Field>::fill(table, stringify!($key));)+
                Some(Self { $($key: $key?),+ })
            }

            fn over(self, lower: Self) -> Self {
                Self { $($key: <$kind as $crate::options::section::Field>::merge(self.$key, lower.$key)),+ }
            }
        }

        #[allow(dead_code, reason = "a default may be there for the documentation alone")]
        impl $name {
            $($(
                #[doc = concat!("What is written for `", stringify!($key), "`, else its default.")]
                $visible fn $key(&self) -> <$kind as $crate::options::section::Kind>::Value {
                    self.$key.clone().unwrap_or_else(|| $default)
                }
            )?)+
        }
    };
    (@fallback $kind:ty = $default:expr) => {
        $crate::options::section::Fallback::Value(|| <$kind as $crate::options::section::Show>::show(&$default))
    };
    (@fallback $kind:ty, $words:literal) => {
        $crate::options::section::Fallback::Words($words)
    };
    (@fallback $kind:ty) => {
        $crate::options::section::Fallback::Nothing
    };
}

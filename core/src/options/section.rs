//! Declares a section of `cxvars.toml` as one struct. Its reader, documentation and schema come from that struct.

use crate::options::reader::{Place, Table, Value};

/// A configuration table with fixed keys. [`section!`](crate::section) implements it.
pub trait Section: Sized {
    /// Its documentation.
    const ABOUT: About;

    /// Reads its keys. Mistakes are reported to the reader; returns `None` if a required key is missing or unusable.
    fn read(table: &mut Table<'_>) -> Option<Self>;

    /// Fills in the keys that this section does not set from `lower`.
    #[must_use]
    fn over(self, lower: Self) -> Self;
}

/// The documentation of a section.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its header, such as `[validate]`; empty for the top level.
    pub header: &'static str,
    /// The lines of its doc comment.
    pub doc: &'static [&'static str],
    /// Its keys, in declaration order.
    pub keys: &'static [Key],
}

/// The documentation of a key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The lines of its doc comment.
    pub doc: &'static [&'static str],
    /// The values that it accepts.
    pub shape: Shape,
    /// Whether the key is required.
    pub is_required: bool,
    /// What applies if the key is not given.
    pub default: Fallback,
    /// An example value, in TOML; empty for a table that is documented as its own section.
    pub example: &'static str,
}

/// What applies if a key is not given.
#[derive(Clone, Copy, Debug)]
pub enum Fallback {
    /// No default to document.
    Nothing,
    /// A default value, in TOML.
    Value(fn() -> String),
    /// A description in words.
    Words(&'static str),
}

/// The values that a key accepts.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Not a key; the reader fills the field.
    Hidden,
    /// A string that matches this regular expression.
    Text(&'static str),
    /// One of these strings.
    Words(fn() -> Vec<&'static str>),
    /// A whole number between these bounds, both included.
    Whole(u64, u64),
    /// True or false.
    Boolean,
    /// A date, or a string such as `2027-01-31`.
    Date,
    /// An array.
    List(&'static Shape),
    /// A table from names that the user chooses to values of this shape.
    Entries(&'static Shape),
    /// A table.
    Table(&'static About),
    /// The keys of another section, written in the same table.
    Flat(&'static About),
    /// A table of any keys.
    Free,
    /// Any of these shapes.
    Either(&'static [Shape]),
    /// One of these whole numbers.
    Numbers(&'static [u64]),
    /// A table of the section with this header, which it is part of itself. The second text is where the schema has it.
    Again(&'static str, &'static str),
}

/// The key of a field: its name without the mark of a raw identifier, such as `r#type`.
pub const fn key(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// Any string, including the empty one.
pub const ANY_TEXT: Shape = Shape::Text("");
/// A string with at least one character that is not white space.
pub const SOME_TEXT: Shape = Shape::Text(r"\S");

/// A kind of value: what may be written, how it is read, and how two sources are merged.
pub trait Kind {
    /// The type of the value in Rust.
    type Value: Clone;

    /// The values that may be written.
    const SHAPE: Shape;

    /// Reads a value. If it is wrong, reports the mistake to the reader and returns `None`.
    fn read(value: &Value<'_>) -> Option<Self::Value>;

    /// Merges the values of two sources; by default the higher one replaces the lower one.
    fn over(higher: Self::Value, _lower: Self::Value) -> Self::Value {
        higher
    }
}

/// A kind whose values can be printed as TOML.
pub trait Show: Kind {
    /// The value in TOML.
    fn show(value: &Self::Value) -> String;
}

/// A field of a section: an optional key, a [`Required`] key, or something that is not a key.
pub trait Field {
    /// The type of the field.
    type Held;

    /// The values that may be written.
    const SHAPE: Shape;
    /// Whether the key is required.
    const IS_REQUIRED: bool;

    /// Reads the field. Returns `None` if its key is required but missing or unusable.
    fn fill(table: &mut Table<'_>, key: &'static str) -> Option<Self::Held>;

    /// Merges the fields of two sources.
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

/// A required key.
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

/// The keys of another section, written in the same table.
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

/// The place where the section is written. It is not a key.
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
/// Each line declares a key: its name, its [`Kind`] (or [`Required`], [`Flat`], [`Here`]), then `= VALUE` for a default
/// value or `else "WORDS"` for a default in words, then `example "VALUE"` in TOML. A field holds only what is written,
/// so that sources can be merged. A key with a default value also gets a method of its name, which returns the written
/// value or the default.
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
                    name: $crate::options::section::key(stringify!($key)),
                    doc: &[$($doc),+],
                    shape: <$kind as $crate::options::section::Field>::SHAPE,
                    is_required: <$kind as $crate::options::section::Field>::IS_REQUIRED,
                    default: $crate::section!(@fallback $kind $(= $default)? $(, $words)?),
                    example: concat!($($example)?),
                }),+],
            };

            fn read(table: &mut $crate::options::reader::Table<'_>) -> Option<Self> {
                $(
                    let name = $crate::options::section::key(stringify!($key));
                    let $key = <$kind as $crate::options::section::Field>::fill(table, name);
                )+
                Some(Self { $($key: $key?),+ })
            }

            fn over(self, lower: Self) -> Self {
                Self { $($key: <$kind as $crate::options::section::Field>::merge(self.$key, lower.$key)),+ }
            }
        }

        #[allow(dead_code, reason = "some defaults are only documented")]
        impl $name {
            $($(
                #[doc = concat!("The value of `", stringify!($key), "`, or its default.")]
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

//! JSON as apps write it, read without trust: a value of another kind than expected is as good as absent, texts and lists have an end.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most bytes of a text that are kept: names are shorter, and a file must not fill the memory with one.
pub(super) const LONGEST: usize = 2000;
/// Most items of a list that are kept.
pub(super) const MOST: usize = 20_000;

/// The text, without what is beyond [`LONGEST`].
pub(super) fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text, a number or a flag; anything else is passed over.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    /// Absent, or of a kind that is no scalar.
    #[default]
    Other,
}

impl Scalar {
    /// A text that says something; a number as text too.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Flag(_) | Self::Other => None,
        }
    }

    /// A number of things.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Float(_) | Self::Flag(_) | Self::Other => None,
        }
    }

    /// A place in an order.
    pub(super) fn rank(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => i32::try_from(*number).ok().map(f64::from),
            Self::Float(number) => Some(*number),
            Self::Text(_) | Self::Flag(_) | Self::Other => None,
        }
    }

    /// A yes or no, also as the word.
    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Self::Text(_) | Self::Integer(_) | Self::Float(_) | Self::Other => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Other, Scalar::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(cut(value).to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

/// The first [`MOST`] items of a list.
#[derive(Debug, Clone)]
pub(super) struct Few<T> {
    pub(super) kept: Vec<T>,
    /// Whether there were more.
    pub(super) more: bool,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), more: false }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FewVisitor(PhantomData))
    }
}

struct FewVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FewVisitor<T> {
    type Value = Few<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Few<T>, A::Error> {
        let mut few = Few::default();
        while few.kept.len() < MOST {
            let Some(item) = seq.next_element()? else { return Ok(few) };
            few.kept.push(item);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            few.more = true;
        }
        Ok(few)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar {
        serde_json::from_str(json).expect("any JSON is a scalar or passed over")
    }

    #[test]
    fn a_value_of_another_kind_is_absent_and_not_an_error() {
        assert_eq!(scalar("\" a \"").text().as_deref(), Some("a"));
        assert_eq!(scalar("50500").text().as_deref(), Some("50500"));
        for absent in ["\"  \"", "null", "[1,{}]", "{\"a\":[2]}", "true"] {
            assert_eq!(scalar(absent).text(), None, "{absent}");
            assert_eq!(scalar(absent).count(), None, "{absent}");
        }
        assert_eq!(
            (scalar("7").count(), scalar("-7").count(), scalar("\"7\"").count()),
            (Some(7), None, Some(7))
        );
        assert_eq!(scalar("18446744073709551615").count(), None, "no number of things that a file can hold");
        assert_eq!(
            (scalar("-1").rank(), scalar("0.5").rank(), scalar("\"x\"").rank()),
            (Some(-1.0), Some(0.5), None)
        );
        assert_eq!(
            (scalar("true").flag(), scalar("\"False\"").flag(), scalar("1").flag()),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn texts_and_lists_have_an_end() {
        let long = format!("\"{}\"", "ö".repeat(LONGEST));
        assert_eq!(scalar(&long).text().map(|text| text.len()), Some(LONGEST));
        let list = format!("[{}0]", "1,".repeat(MOST));
        let few: Few<Scalar> = serde_json::from_str(&list).expect("a list");
        assert_eq!((few.kept.len(), few.more), (MOST, true));
        let few: Few<Scalar> = serde_json::from_str("[1,2]").expect("a list");
        assert_eq!((few.kept.len(), few.more), (2, false));
    }
}

//! JSON:API resources, read leniently: ids are texts or numbers, and any field may be missing.

use nexora_core::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// An answer with one resource.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) data: Resource,
}

/// A resource: a subscription, an invoice, an order, a checkout, a customer.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) attributes: Fields,
}

/// The fields of a resource, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Fields(Map<String, Value>);

/// A field we cannot do without is not there, or is of a form we cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lacks(pub(super) &'static str);

/// Longer texts are not ids, names or references of anything.
const TEXT_CHARS_MAX: usize = 200;

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom("an id is a text or a whole number");
    id_of(&value).ok_or_else(wrong)
}

/// `"17"` and `17` are the same id.
pub(super) fn id_of(value: &Value) -> Option<String> {
    let number = || value.as_u64().map(|number| number.to_string());
    value.as_str().and_then(short).or_else(number)
}

fn short(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
    fits.then(|| text.to_owned())
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn id(&self, name: &str) -> Option<String> {
        id_of(self.get(name)?)
    }

    /// A text that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        short(self.get(name)?.as_str()?)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// An amount of money in cents.
    pub(super) fn cents(&self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        let written = || value.as_str()?.parse().ok();
        value.as_i64().or_else(written)
    }

    /// `2025-11-19T11:04:54.000000Z`
    pub(super) fn moment(&self, name: &str) -> Option<Timestamp> {
        let at: jiff::Timestamp = self.get(name)?.as_str()?.parse().ok()?;
        Some(Timestamp::from_ms(at.as_millisecond()))
    }

    /// What stands in an object among the fields.
    pub(super) fn within(&self, name: &str) -> Self {
        let object = self.get(name).and_then(Value::as_object);
        Self(object.cloned().unwrap_or_default())
    }
}

/// A field we cannot do without.
pub(super) fn need<T>(name: &'static str, value: Option<T>) -> Result<T, Lacks> {
    value.ok_or(Lacks(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_a_text_or_a_whole_number() {
        assert_eq!(id_of(&json!("17")).as_deref(), Some("17"));
        assert_eq!(id_of(&json!(17)).as_deref(), Some("17"));
        for none in [
            json!(""),
            json!(1.5),
            json!(-1),
            json!(null),
            json!("x".repeat(201)),
        ] {
            assert_eq!(id_of(&none), None, "{none}");
        }
    }

    #[test]
    fn moments_and_amounts_are_read_exactly() {
        let fields = json!({
            "at": "2025-11-19T11:04:54.123000Z",
            "total": 2900,
            "credit": -450,
            "written": "2900",
            "half": 29.5,
        });
        let fields: Fields = serde_json::from_value(fields).unwrap();
        let at = fields.moment("at").unwrap();
        assert_eq!(at.as_ms(), 1_763_550_294_123);
        assert_eq!(fields.cents("total"), Some(2900));
        assert_eq!(fields.cents("credit"), Some(-450));
        assert_eq!(fields.cents("written"), Some(2900));
        assert_eq!(fields.cents("half"), None);
        assert_eq!(fields.moment("total"), None);
    }
}

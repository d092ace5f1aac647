//! Checks a model's input against its published fields.
//!
//! Two judges read the same table: pydantic (fal), which turns `"81"` into a number and ignores what
//! it does not know, and JSON Schema (Replicate), which does not convert. Each provider prints the
//! complaints its own way.

use serde_json::{Map, Number, Value, json};

/// One input field of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    kind: Kind,
    presence: Presence,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Flag,
    Whole {
        least: i64,
        most: i64,
    },
    Real {
        least: f64,
        most: f64,
    },
    Choice(&'static [&'static str]),
    /// A named size or `{width, height}`.
    Frame(&'static [&'static str]),
    /// Not looked into.
    Anything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Required,
    /// May be left out; `null` is a mistake.
    Defaulted,
    /// May be left out or `null`.
    Nullable,
}

/// Who reads the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    Pydantic,
    JsonSchema,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) field: &'static str,
    pub(crate) fault: Wrong,
    /// The value as it was sent; null when it is missing.
    pub(crate) input: Value,
}

/// How a value is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wrong {
    Missing,
    NotText,
    NotFlag,
    NotWhole,
    NotReal,
    NotFrame,
    NotOneOf(&'static [&'static str]),
    Below(Number),
    Above(Number),
}

pub(crate) const fn text(name: &'static str) -> Field {
    field(name, Kind::Text)
}

pub(crate) const fn flag(name: &'static str) -> Field {
    field(name, Kind::Flag)
}

pub(crate) const fn whole(name: &'static str, least: i64, most: i64) -> Field {
    field(name, Kind::Whole { least, most })
}

pub(crate) const fn real(name: &'static str, least: f64, most: f64) -> Field {
    field(name, Kind::Real { least, most })
}

pub(crate) const fn choice(name: &'static str, words: &'static [&'static str]) -> Field {
    field(name, Kind::Choice(words))
}

pub(crate) const fn frame(name: &'static str, words: &'static [&'static str]) -> Field {
    field(name, Kind::Frame(words))
}

pub(crate) const fn anything(name: &'static str) -> Field {
    field(name, Kind::Anything)
}

pub(crate) const fn seed() -> Field {
    whole("seed", 0, 0xffff_ffff).nullable()
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        presence: Presence::Defaulted,
    }
}

impl Field {
    pub(crate) const fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }

    pub(crate) const fn nullable(mut self) -> Self {
        self.presence = Presence::Nullable;
        self
    }

    fn check(&self, value: Option<&Value>, judge: Judge) -> Result<(), Wrong> {
        match (value, self.presence) {
            (None, Presence::Required) => Err(Wrong::Missing),
            (None, Presence::Defaulted | Presence::Nullable)
            | (Some(Value::Null), Presence::Nullable) => Ok(()),
            (Some(value), Presence::Required | Presence::Defaulted | Presence::Nullable) => {
                self.kind.check(value, judge)
            }
        }
    }
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Whole { least, most } => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Self::Real { least, most } => {
                json!({ "type": "number", "minimum": least, "maximum": most })
            }
            Self::Choice(words) => json!({ "type": "string", "enum": words }),
            Self::Frame(_) | Self::Anything => json!({}),
        }
    }

    fn check(self, value: &Value, judge: Judge) -> Result<(), Wrong> {
        match self {
            Self::Text if value.is_string() => Ok(()),
            Self::Text => Err(Wrong::NotText),
            Self::Flag => flag_of(value, judge).ok_or(Wrong::NotFlag).map(|_| ()),
            Self::Whole { least, most } => {
                let number = whole_of(value, judge).ok_or(Wrong::NotWhole)?;
                match number {
                    _ if number < least => Err(Wrong::Below(least.into())),
                    _ if number > most => Err(Wrong::Above(most.into())),
                    _ => Ok(()),
                }
            }
            Self::Real { least, most } => {
                let number = real_of(value, judge).ok_or(Wrong::NotReal)?;
                match number {
                    _ if number < least => Err(Wrong::Below(decimal(least))),
                    _ if number > most => Err(Wrong::Above(decimal(most))),
                    _ => Ok(()),
                }
            }
            Self::Choice(words) => one_of(value, words),
            Self::Frame(words) if value.is_string() => one_of(value, words),
            Self::Frame(_) if frame_of(value).is_some() => Ok(()),
            Self::Frame(_) => Err(Wrong::NotFrame),
            Self::Anything => Ok(()),
        }
    }
}

/// The fields as an `OpenAPI` schema of the input object.
pub(crate) fn schema(fields: &[Field]) -> Value {
    let property = |field: &Field| (field.name.to_owned(), field.kind.schema());
    let properties: Map<String, Value> = fields.iter().map(property).collect();
    let required = fields
        .iter()
        .filter(|field| field.presence == Presence::Required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// Every complaint about this input, in the order of the fields.
pub(crate) fn check(fields: &[Field], input: &Map<String, Value>, judge: Judge) -> Vec<Complaint> {
    let complain = |field: &Field| {
        let value = input.get(field.name);
        let fault = field.check(value, judge).err()?;
        Some(Complaint {
            field: field.name,
            fault,
            input: value.cloned().unwrap_or(Value::Null),
        })
    };
    fields.iter().filter_map(complain).collect()
}

/// A whole number as pydantic reads it, for input that has passed [`check()`].
pub(crate) fn whole_in(input: &Map<String, Value>, name: &str) -> Option<u64> {
    let number = whole_of(input.get(name)?, Judge::Pydantic)?;
    u64::try_from(number).ok()
}

/// A text, for input that has passed [`check()`].
pub(crate) fn text_in<'a>(input: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    input.get(name)?.as_str()
}

/// `{width, height}`, for input that has passed [`check()`].
pub(crate) fn frame_of(value: &Value) -> Option<(u32, u32)> {
    const SIDE_MAX: i64 = 14_142;
    let side = |name| {
        let side = whole_of(value.get(name)?, Judge::Pydantic)?;
        let side = (1..=SIDE_MAX).contains(&side).then_some(side)?;
        u32::try_from(side).ok()
    };
    Some((side("width")?, side("height")?))
}

fn one_of(value: &Value, words: &'static [&'static str]) -> Result<(), Wrong> {
    let known = value.as_str().is_some_and(|word| words.contains(&word));
    if known {
        Ok(())
    } else {
        Err(Wrong::NotOneOf(words))
    }
}

fn flag_of(value: &Value, judge: Judge) -> Option<bool> {
    let strict = value.as_bool();
    if strict.is_some() || judge == Judge::JsonSchema {
        return strict;
    }
    match (value.as_str(), value.as_i64()) {
        (Some("true" | "1" | "yes" | "on"), _) | (_, Some(1)) => Some(true),
        (Some("false" | "0" | "no" | "off"), _) | (_, Some(0)) => Some(false),
        (Some(_) | None, Some(_) | None) => None,
    }
}

fn whole_of(value: &Value, judge: Judge) -> Option<i64> {
    let strict = value.as_i64();
    if strict.is_some() {
        return strict;
    }
    if let Some(number) = value.as_f64() {
        // `81.0` is a whole number to both judges.
        return (number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok())?;
    }
    match judge {
        Judge::JsonSchema => None,
        Judge::Pydantic => value.as_str()?.trim().parse().ok(),
    }
}

fn real_of(value: &Value, judge: Judge) -> Option<f64> {
    match judge {
        Judge::JsonSchema => value.as_f64(),
        Judge::Pydantic => value
            .as_f64()
            .or_else(|| value.as_str()?.trim().parse().ok()),
    }
}

fn decimal(number: f64) -> Number {
    Number::from_f64(number).unwrap_or_else(|| 0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        text("prompt").required(),
        whole("num_frames", 81, 100),
        choice("duration", &["4", "5"]),
        seed(),
    ];

    fn faults(input: Value, judge: Judge) -> Vec<(&'static str, Wrong)> {
        let input = input.as_object().cloned().unwrap_or_default();
        check(FIELDS, &input, judge)
            .into_iter()
            .map(|complaint| (complaint.field, complaint.fault))
            .collect()
    }

    #[test]
    fn pydantic_converts_and_ignores_the_unknown() {
        let input = json!({"prompt": "x", "num_frames": "81", "seed": null, "mood": 7});
        assert_eq!(faults(input.clone(), Judge::Pydantic), []);
        assert_eq!(
            faults(input, Judge::JsonSchema),
            [("num_frames", Wrong::NotWhole)]
        );
    }

    #[test]
    fn every_field_is_judged() {
        let input = json!({"num_frames": 101, "duration": 5});
        let expected = [
            ("prompt", Wrong::Missing),
            ("num_frames", Wrong::Above(100.into())),
            ("duration", Wrong::NotOneOf(&["4", "5"])),
        ];
        assert_eq!(faults(input, Judge::Pydantic), expected);
    }

    #[test]
    fn null_is_no_default() {
        let input = json!({"prompt": null, "duration": null});
        let expected = [
            ("prompt", Wrong::NotText),
            ("duration", Wrong::NotOneOf(&["4", "5"])),
        ];
        assert_eq!(faults(input, Judge::Pydantic), expected);
    }
}

//! A request body, field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What a model is given.
#[derive(Debug, Default)]
pub(crate) struct Input(Map<String, Value>);

impl Input {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The field, if there is something to say: absence is how a provider's default is asked for.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The body, the route's fixed inputs over everything else.
    pub(crate) fn fixed(mut self, fixed: &BTreeMap<String, Value>) -> Value {
        for (name, value) in fixed {
            self.0.insert(name.clone(), value.clone());
        }
        Value::Object(self.0)
    }
}

//! What goes into a statement: every value knows its type, even when it is absent.

use std::borrow::Cow;

use nexora_core::{
    AssetId, BoardId, CharacterId, ComparisonId, Credits, GenerationId, GrantId, JobId, MemberId,
    SessionId, ShotId, Timestamp, UploadId,
};
use uuid::Uuid;

/// One parameter. An absent one keeps its type: the server wants to know what is missing.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Id(Option<Uuid>),
    Bytes(Option<Cow<'a, [u8]>>),
    Bool(Option<bool>),
}

impl Value<'_> {
    /// The same value, on its own.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Int(number) => Value::Int(number),
            Self::Text(text) => Value::Text(text.map(|text| Cow::Owned(text.into_owned()))),
            Self::Id(id) => Value::Id(id),
            Self::Bytes(bytes) => Value::Bytes(bytes.map(|bytes| Cow::Owned(bytes.into_owned()))),
            Self::Bool(truth) => Value::Bool(truth),
        }
    }
}

/// A type that can be a parameter.
pub(crate) trait ToValue<'a> {
    /// How its absence is written.
    const ABSENT: Value<'a>;

    /// The parameter.
    fn to_value(self) -> Value<'a>;
}

impl<'a, T: ToValue<'a>> ToValue<'a> for Option<T> {
    const ABSENT: Value<'a> = T::ABSENT;

    fn to_value(self) -> Value<'a> {
        self.map_or(Self::ABSENT, ToValue::to_value)
    }
}

macro_rules! to_value {
    ($($type:ty: $variant:ident, $convert:expr;)*) => {$(
        impl<'a> ToValue<'a> for $type {
            const ABSENT: Value<'a> = Value::$variant(None);

            fn to_value(self) -> Value<'a> {
                Value::$variant(Some($convert(self)))
            }
        }
    )*};
}

to_value! {
    i64: Int, i64::from;
    u32: Int, i64::from;
    Timestamp: Int, Timestamp::as_ms;
    Credits: Int, Credits::amount;
    bool: Bool, bool::from;
    &'a str: Text, Cow::Borrowed;
    &'a String: Text, |text: &'a String| Cow::Borrowed(text.as_str());
    String: Text, Cow::Owned;
    &'a [u8]: Bytes, Cow::Borrowed;
    Uuid: Id, Uuid::from;
    MemberId: Id, MemberId::as_uuid;
    GenerationId: Id, GenerationId::as_uuid;
    AssetId: Id, AssetId::as_uuid;
    GrantId: Id, GrantId::as_uuid;
    JobId: Id, JobId::as_uuid;
    SessionId: Id, SessionId::as_uuid;
    UploadId: Id, UploadId::as_uuid;
    CharacterId: Id, CharacterId::as_uuid;
    BoardId: Id, BoardId::as_uuid;
    ShotId: Id, ShotId::as_uuid;
    ComparisonId: Id, ComparisonId::as_uuid;
}

/// The parameters of one statement, in the order of their numbers.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        &[$($crate::db::ToValue::to_value($value)),*]
    };
}
pub(crate) use args;

//! Typed objects from a tree, as strict as the API server, and with a place for everything that is wrong.
//!
//! The generated types of `k8s-openapi` and derived structs are read alike. A key that a struct doesn't know is no
//! error: it is collected. Null stands for the zero value, as in Go.

mod failure;

use std::cell::RefCell;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

use self::failure::{Details, Failure, Path, describe};
use super::scalar::Scalar;
use super::tree::{Entries, Entry, Items, Node, NodeKind};
use crate::text::Span;

/// A value of the wrong type, which makes the whole object unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The value.
    pub span: Span,
    /// Its field path, from the node that was read.
    pub path: String,
    /// What was expected and what was found: lower case, no full stop.
    pub message: String,
}

/// A key that the type of its mapping doesn't know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// The field path of the mapping, from the node that was read; empty for that node.
    pub path: String,
    /// The key.
    pub name: String,
    /// The key's bytes.
    pub key_span: Span,
    /// The name of the type, as its Deserialize implementation says it.
    pub owner: &'static str,
    /// The keys that the type knows.
    pub known: &'static [&'static str],
}

/// The struct that a mapping is read as.
#[derive(Clone, Copy)]
struct Owner {
    name: &'static str,
    known: &'static [&'static str],
}

/// Reads a value of type `T` from the tree, and lists the keys that `T` doesn't know, in the order of the text.
pub fn from_node<'de, T: Deserialize<'de>>(node: Node<'de>) -> (Result<T, TypeError>, Vec<UnknownField>) {
    let unknown = RefCell::new(Vec::new());
    let reader = Reader { node, path: &Path::Root, unknown: &unknown, field: None };
    let result = T::deserialize(reader).map_err(|failure| {
        let Details { message, place } = *failure.at(&reader).0;
        let (span, path) = place.unwrap_or_default();
        TypeError { span, path, message }
    });
    (result, unknown.into_inner())
}

const SKIP: &str = "ringfence::Skip";

/// The type of a field that is known but not read: it takes any value without looking at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip;

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SkipVisitor;
        impl<'de> Visitor<'de> for SkipVisitor {
            type Value = Skip;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Skip, E> {
                Ok(Skip)
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Skip, D::Error> {
                de::IgnoredAny::deserialize(inner).map(|_| Skip)
            }
        }
        deserializer.deserialize_newtype_struct(SKIP, SkipVisitor)
    }
}

/// The mapping of a struct that a value belongs to.
#[derive(Clone, Copy)]
struct Field<'de, 'c> {
    parent: &'c Path<'c>,
    key: Node<'de>,
    owner: Owner,
}

#[derive(Clone, Copy)]
struct Reader<'de, 'c> {
    node: Node<'de>,
    path: &'c Path<'c>,
    unknown: &'c RefCell<Vec<UnknownField>>,
    /// Set for the value of an entry of a struct.
    field: Option<Field<'de, 'c>>,
}

impl<'de> Reader<'de, '_> {
    fn mismatch<T>(&self, expected: &str, advice: &str) -> Result<T, Failure> {
        let message = format!("expected {expected}, found {}{advice}", describe(self.node));
        Err(<Failure as de::Error>::custom(message).at(self))
    }

    fn whole_number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let value = match self.node.scalar() {
            Some(Scalar::Int(value)) => value,
            // 80.0 reaches the API server as 80.
            Some(Scalar::Float(value)) if value.fract() == 0.0 && value.abs() <= EXACT => value as i64,
            Some(Scalar::Null) => 0,
            Some(Scalar::Str(text)) if text.parse::<i64>().is_ok() => {
                return self.mismatch("a whole number", ": remove the quotes");
            }
            _ => return self.mismatch("a whole number", ""),
        };
        visitor.visit_i64(value).map_err(|error: Failure| error.at(&self))
    }

    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let value = match self.node.scalar() {
            Some(Scalar::Int(value)) => value as f64,
            Some(Scalar::Float(value)) => value,
            Some(Scalar::Null) => 0.0,
            _ => return self.mismatch("a number", ""),
        };
        visitor.visit_f64(value).map_err(|error: Failure| error.at(&self))
    }

    fn string(&self) -> Result<&'de str, Failure> {
        match self.node.scalar() {
            Some(Scalar::Str(text)) => Ok(text),
            Some(Scalar::Null) => Ok(""),
            Some(_) => self.mismatch("a string", ": put it in quotes"),
            None => self.mismatch("a string", ""),
        }
    }

    fn mapping<V: Visitor<'de>>(self, owner: Option<Owner>, visitor: V) -> Result<V::Value, Failure> {
        if self.node.kind() != NodeKind::Mapping && !self.node.is_null() {
            return self.mismatch("a mapping", "");
        }
        let fields = Fields { entries: self.node.entries(), entry: None, owner, reader: self };
        visitor.visit_map(fields).map_err(|error: Failure| error.at(&self))
    }

    fn sequence<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.kind() != NodeKind::Sequence && !self.node.is_null() {
            return self.mismatch("a list", "");
        }
        let elements = Elements { items: self.node.items(), index: 0, reader: self };
        visitor.visit_seq(elements).map_err(|error: Failure| error.at(&self))
    }
}

macro_rules! forward {
    ($to:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            self.$to(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let result = match self.node.scalar() {
            None if self.node.kind() == NodeKind::Mapping => return self.mapping(None, visitor),
            None => return self.sequence(visitor),
            Some(Scalar::Null) => visitor.visit_unit(),
            Some(Scalar::Bool(value)) => visitor.visit_bool(value),
            Some(Scalar::Int(value)) => visitor.visit_i64(value),
            Some(Scalar::Float(value)) => visitor.visit_f64(value),
            Some(Scalar::Str(text)) => visitor.visit_borrowed_str(text),
        };
        result.map_err(|error: Failure| error.at(&self))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.node.scalar() {
            Some(Scalar::Bool(value)) => visitor.visit_bool(value),
            Some(Scalar::Null) => visitor.visit_bool(false),
            Some(Scalar::Str("true" | "false")) => self.mismatch("`true` or `false`", ": remove the quotes"),
            _ => self.mismatch("`true` or `false`", ""),
        }
    }

    forward! { whole_number:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward! { number: deserialize_f32 deserialize_f64 }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_borrowed_str(self.string()?).map_err(|error: Failure| error.at(&self))
    }

    forward! { deserialize_str:
        deserialize_char deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_unit() } else { self.mismatch("null", "") }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if name == SKIP { visitor.visit_unit() } else { visitor.visit_newtype_struct(self) }
    }

    forward! { sequence: deserialize_seq }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.sequence(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.sequence(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.mapping(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.mapping(Some(Owner { name, known: fields }), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let variant: BorrowedStrDeserializer<'de, Failure> = BorrowedStrDeserializer::new(self.string()?);
        visitor.visit_enum(variant).map_err(|error: Failure| error.at(&self))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if let Some(field) = self.field {
            self.unknown.borrow_mut().push(UnknownField {
                path: field.parent.write(),
                name: field.key.key_name().unwrap_or_default().into_owned(),
                key_span: field.key.span(),
                owner: field.owner.name,
                known: field.owner.known,
            });
        }
        visitor.visit_unit()
    }
}

/// The entries of a mapping or struct.
struct Fields<'de, 'c> {
    entries: Entries<'de>,
    /// The entry whose key was read last.
    entry: Option<Entry<'de>>,
    owner: Option<Owner>,
    reader: Reader<'de, 'c>,
}

impl<'de> de::MapAccess<'de> for Fields<'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        self.entry = self.entries.next();
        let Some(entry) = self.entry else { return Ok(None) };
        let key = match entry.key.as_str() {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::<Failure>::new(name)),
            None => {
                let name: StringDeserializer<Failure> =
                    entry.key.key_name().unwrap_or_default().into_owned().into_deserializer();
                seed.deserialize(name)
            }
        };
        let reader = Reader { node: entry.key, ..self.reader };
        key.map(Some).map_err(|error| error.at(&reader))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        let Some(entry) = self.entry.take() else { return Err(de::Error::custom("a value without a key")) };
        let name = entry.key.key_name().unwrap_or_default();
        let path = Path::Key(self.reader.path, &name);
        let field = self.owner.map(|owner| Field { parent: self.reader.path, key: entry.key, owner });
        let reader = Reader { node: entry.value, path: &path, unknown: self.reader.unknown, field };
        seed.deserialize(reader).map_err(|error| error.at(&reader))
    }
}

/// The items of a list.
struct Elements<'de, 'c> {
    items: Items<'de>,
    index: usize,
    reader: Reader<'de, 'c>,
}

impl<'de> de::SeqAccess<'de> for Elements<'de, '_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let path = Path::Index(self.reader.path, self.index);
        self.index += 1;
        let reader = Reader { node, path: &path, unknown: self.reader.unknown, field: None };
        seed.deserialize(reader).map(Some).map_err(|error| error.at(&reader))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.size_hint().0)
    }
}

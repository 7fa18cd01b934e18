//! The types of `wire` in TypeScript, and the fields of options for the check of arguments.
//!
//! They are made from the same JSON Schemas that are published, so that both say the same. A keyword that this module
//! doesn't know is an error, never a type that is too wide.

use crate::{Generated, render::MARKER};
use serde_json::{Map, Value, json};
use std::fmt::Write;

const FOLDER: &str = "js/packages/ringfence/src/generated";
/// The most columns of a line of comment.
const WIDTH: usize = 118;

/// Why a schema has no type.
#[derive(Debug, thiserror::Error)]
#[error("{place}: no TypeScript type for {schema}")]
pub(crate) struct NoType {
    place: String,
    schema: String,
}

impl NoType {
    fn new(place: &str, schema: &impl ToString) -> Self {
        Self { place: place.to_owned(), schema: schema.to_string() }
    }
}

type Definitions = Map<String, Value>;

/// The files for JavaScript: types of what is written and read, and of the words in `aliases`; and the fields of what is
/// read.
pub(crate) fn files(
    [written, read]: &[Definitions; 2],
    aliases: &[(&str, &str, Vec<&str>)],
) -> Result<Vec<Generated>, NoType> {
    let mut types =
        format!("// {MARKER}\n\n/** The plain data that crosses to and from the WebAssembly module. */\n");
    for (name, about, words) in aliases {
        let words: Vec<Value> = words.iter().map(|word| json!(word)).collect();
        let _ = write!(types, "\n{}export type {name} = {};\n", comment(about, ""), union(&words, name)?);
    }
    for (name, schema) in written {
        types.push_str(&declaration(name, schema, false)?);
    }
    for (name, schema) in read {
        types.push_str(&declaration(name, schema, true)?);
    }
    let mut fields = format!(
        "// {MARKER}\n\n/** The fields of options, by the name of their type: what arguments are checked against. */\n\
         export const OPTIONS = {{\n"
    );
    for (name, schema) in read {
        let _ = writeln!(fields, "  {name}: {{");
        for (key, field) in properties(schema) {
            let required = if is_required(schema, key) { ", required: true" } else { "" };
            let _ = writeln!(fields, "    {key}: {{ {}{required} }},", shape(key, field)?);
        }
        fields.push_str("  },\n");
    }
    fields.push_str("} as const;\n");
    Ok(vec![
        Generated { path: format!("{FOLDER}/wire.ts"), text: types },
        Generated { path: format!("{FOLDER}/options.ts"), text: fields },
    ])
}

fn declaration(name: &str, schema: &Value, is_read: bool) -> Result<String, NoType> {
    let about = comment(description(schema), "");
    if schema.get("properties").is_none() {
        let written = type_of(schema, name, is_read)?;
        let blank = if written.starts_with('\n') { "" } else { " " };
        return Ok(format!("\n{about}export type {name} ={blank}{written};\n"));
    }
    Ok(format!("\n{about}export interface {name} {}\n", object(schema, name, "", is_read)?))
}

/// The members of an object in braces.
fn object(schema: &Value, place: &str, indent: &str, is_read: bool) -> Result<String, NoType> {
    let mut text = "{\n".to_owned();
    for (key, field) in properties(schema) {
        let place = format!("{place}.{key}");
        let deeper = format!("{indent}  ");
        text.push_str(&comment(description(field), &deeper));
        let (mark, or) = match (is_required(schema, key), is_read) {
            (true, _) => ("", ""),
            (false, false) => ("?", ""),
            // Who passes options on may have some that are undefined.
            (false, true) => ("?", " | undefined"),
        };
        let _ = writeln!(text, "{deeper}{key}{mark}: {}{or};", type_of(field, &place, is_read)?);
    }
    text.push_str(indent);
    text.push('}');
    Ok(text)
}

/// The type of a schema. That something is null is never said: what is absent is left out.
fn type_of(schema: &Value, place: &str, is_read: bool) -> Result<String, NoType> {
    if let Some(name) = reference(schema) {
        return Ok(name.to_owned());
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return union(words, place);
    }
    if let Some(word) = schema.get("const") {
        return Ok(word.to_string());
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(choices) = schema.get(key).and_then(Value::as_array) {
            return alternatives(choices, place, is_read);
        }
    }
    match types(schema).as_slice() {
        ["string"] => Ok("string".to_owned()),
        ["boolean"] => Ok("boolean".to_owned()),
        ["integer" | "number"] => Ok("number".to_owned()),
        ["array"] => array(schema, place, is_read),
        ["object"] => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => {
                Ok(format!("Record<string, {}>", type_of(values, place, is_read)?))
            }
            _ if schema.get("properties").is_some() => object(schema, place, "", is_read),
            _ => Err(NoType::new(place, schema)),
        },
        _ => Err(NoType::new(place, schema)),
    }
}

fn array(schema: &Value, place: &str, is_read: bool) -> Result<String, NoType> {
    if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
        let items: Result<Vec<_>, _> = items.iter().map(|item| type_of(item, place, is_read)).collect();
        return Ok(format!("[{}]", items?.join(", ")));
    }
    let items = schema.get("items").ok_or_else(|| NoType::new(place, schema))?;
    let item = type_of(items, place, is_read)?;
    // What is only read may be handed over by somebody who must not change it.
    let readonly = if is_read { "readonly " } else { "" };
    Ok(if item.contains(' ') { format!("{readonly}({item})[]") } else { format!("{readonly}{item}[]") })
}

/// A union; with the descriptions of its alternatives, one on each line, where they are words.
fn alternatives(choices: &[Value], place: &str, is_read: bool) -> Result<String, NoType> {
    let choices: Vec<&Value> = choices.iter().filter(|choice| types(choice) != ["null"]).collect();
    let is_word = |choice: &&Value| choice.get("const").is_some() || choice.get("enum").is_some();
    let members: Result<Vec<_>, _> = choices.iter().map(|choice| type_of(choice, place, is_read)).collect();
    let members = members?;
    if members.len() < 2 || !choices.iter().all(is_word) {
        return Ok(members.join(" | "));
    }
    let line = |(choice, member): (&&Value, &String)| {
        format!("\n{}  | {member}", comment(description(choice), "  "))
    };
    Ok(choices.iter().zip(&members).map(line).collect())
}

fn union(words: &[Value], place: &str) -> Result<String, NoType> {
    let words: Option<Vec<String>> =
        words.iter().map(|word| word.as_str().map(|word| format!("{word:?}"))).collect();
    Ok(words.ok_or_else(|| NoType::new(place, &"words that are none"))?.join(" | "))
}

/// How a field of options is checked: its kind, and its own type where it has one. Which words there are is checked by
/// who gives them a meaning.
fn shape(place: &str, schema: &Value) -> Result<String, NoType> {
    let schema = match schema.get("anyOf").and_then(Value::as_array) {
        Some(choices) => choices
            .iter()
            .find(|choice| types(choice) != ["null"])
            .ok_or_else(|| NoType::new(place, schema))?,
        None => schema,
    };
    if let Some(name) = reference(schema) {
        return Ok(format!("kind: \"options\", of: {name:?}"));
    }
    let kind = match types(schema).as_slice() {
        ["string"] => "string",
        ["boolean"] => "boolean",
        ["integer"] => "integer",
        ["array"] if is_string(schema.get("items")) => "strings",
        ["object"] if is_string(schema.get("additionalProperties")) => "texts",
        _ => return Err(NoType::new(place, schema)),
    };
    Ok(format!("kind: {kind:?}"))
}

fn is_string(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| types(schema) == ["string"])
}

/// The types that a schema allows, but for null.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn is_required(schema: &Value, key: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|keys| keys.iter().any(|required| required == key))
}

/// The name of the definition that a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// A text as a documentation comment, in lines that fit.
fn comment(text: &str, indent: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let room = WIDTH - indent.len();
    if !text.contains('\n') && text.chars().count() + "/**  */".len() <= room {
        return format!("{indent}/** {text} */\n");
    }
    let mut lines = vec![format!("{indent}/**")];
    for paragraph in text.split('\n') {
        let mut line = format!("{indent} *");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::replace(&mut line, format!("{indent} *")));
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.push(format!("{indent} */\n"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions(value: &Value) -> Definitions {
        value.as_object().unwrap().clone()
    }

    fn generated(written: &Value, read: &Value) -> [String; 2] {
        let files = files(&[definitions(written), definitions(read)], &[]).unwrap();
        <[Generated; 2]>::try_from(files).ok().unwrap().map(|file| file.text)
    }

    #[test]
    fn written_types_leave_out_what_is_null() {
        let written = json!({
            "Place": {"description": "Where.", "type": "object", "required": ["path", "ranges"], "properties": {
                "path": {"type": "string", "description": "The path."},
                "line": {"type": ["integer", "null"]},
                "end": {"anyOf": [{"$ref": "#/$defs/End"}, {"type": "null"}]},
                "ranges": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}]}},
            }},
            "End": {"oneOf": [{"const": "a", "type": "string", "description": "First."}, {"const": "b", "type": "string"}]},
            "Labels": {"type": "object", "additionalProperties": {"type": "string"}},
        });
        let [types, fields] = generated(&written, &json!({}));
        assert!(types.starts_with("// generated by `cargo xtask codegen`; do not edit\n"));
        let place = "/** Where. */\nexport interface Place {\n  end?: End;\n  line?: number;\n  /** The path. */\n  \
                     path: string;\n  ranges: ([number, number])[];\n}\n";
        assert!(types.contains(place), "{types}");
        assert!(types.contains("export type End =\n  /** First. */\n  | \"a\"\n  | \"b\";\n"), "{types}");
        assert!(types.contains("export type Labels = Record<string, string>;\n"), "{types}");
        assert!(fields.ends_with("export const OPTIONS = {\n} as const;\n"), "{fields}");
    }

    #[test]
    fn read_types_have_fields_to_check() {
        let read = json!({"Options": {"type": "object", "required": ["path"], "properties": {
            "path": {"type": "string"},
            "names": {"type": "array", "items": {"type": "string"}},
            "way": {"type": "string", "enum": ["in", "out"]},
            "more": {"anyOf": [{"$ref": "#/$defs/More"}, {"type": "null"}]},
        }}});
        let [types, fields] = generated(&json!({}), &read);
        assert!(types.contains("  names?: readonly string[] | undefined;\n"), "{types}");
        assert!(types.contains("  way?: \"in\" | \"out\" | undefined;\n"), "{types}");
        for line in [
            "    more: { kind: \"options\", of: \"More\" },\n",
            "    names: { kind: \"strings\" },\n",
            "    path: { kind: \"string\", required: true },\n",
            "    way: { kind: \"string\" },\n",
        ] {
            assert!(fields.contains(line), "{fields}");
        }
    }

    #[test]
    fn what_has_no_type_is_an_error() {
        for schema in [json!({}), json!({"type": "object"}), json!({"type": "array"}), json!({"not": {}})] {
            let written = definitions(&json!({"Odd": schema}));
            assert!(files(&[written, Map::new()], &[]).is_err(), "{schema}");
        }
    }

    #[test]
    fn long_comments_are_wrapped() {
        let text = comment(&"word ".repeat(40), "  ");
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(comment("Short.", ""), "/** Short. */\n");
    }
}

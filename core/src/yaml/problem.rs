//! What can be wrong with a document before anybody asks what it means, in words that say what to do.

use crate::text::Span;

/// The sorts of problems of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// It isn't YAML, or not the part of YAML that Kubernetes reads.
    Syntax,
    /// A key is set twice in one mapping. The document is still read; the last one counts.
    DuplicateKey,
    /// A tab where only spaces may stand.
    Tab,
    /// Nested too deeply.
    Depth,
    /// An alias that makes the document too large, holds itself, or has no anchor.
    Expansion,
    /// It isn't YAML because it is a template that was not rendered.
    Template,
    /// Bytes or characters that no YAML file may hold.
    Encoding,
}

/// Something wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// The sort.
    pub kind: ProblemKind,
    /// What is wrong and what to do: lower case, no full stop.
    pub message: String,
    /// The other place that the message speaks of: the first of two equal keys, the bracket that isn't closed.
    pub related: Option<Span>,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { span, kind, message: message.into(), related: None }
    }

    pub(super) fn related_to(mut self, span: Span) -> Self {
        self.related = Some(span);
        self
    }
}

pub(super) const UNCLOSED_LIST: &str =
    "expected `,` or `]`: the list in brackets isn't closed, or a comma is missing";
pub(super) const UNCLOSED_MAPPING: &str =
    "expected `,` or `}`: the mapping in braces isn't closed, or a comma is missing";
/// The parser's words for a string in quotes that goes on in a line with too little indentation.
pub(super) const UNINDENTED: &str = "invalid indentation in quoted scalar";
const TAB: &str = "a tab stands where YAML allows spaces only: indent with spaces";
const QUOTE: &str = "this quoted string is never closed: add the closing quote";
const KEY: &str = "this line is no `key: value` pair: add the `:` after the key and a space after it";
pub(super) const DIRECTIVE: &str =
    "this `%` directive is malformed: remove the line, Kubernetes needs no directives";
const TAG: &str = "this `!` tag is malformed: remove it, or put a value that begins with `!` in quotes";
const HEADER: &str = "after `|` or `>` only a digit from 1 to 9, `+` or `-` may follow: begin the text on the next line, indented";

/// What the parser's own words mean. Words that aren't known here are kept as they are.
pub(super) fn explain(parser_text: &str) -> (ProblemKind, String) {
    use ProblemKind::{Depth, Encoding, Expansion, Syntax, Tab};
    let (kind, message) = match parser_text {
        "tabs disallowed within this context (block indentation)"
        | "tabs disallowed in this context"
        | "tab cannot be used as indentation"
        | "a block scalar content cannot start with a tab"
        | "while scanning a plain scalar, found a tab" => (Tab, TAB),
        "':' must be followed by a valid YAML whitespace"
        | "'-' must be followed by a valid YAML whitespace" => (Tab, "a tab follows `:` or `-`: use a space"),
        "recursion limit exceeded" => {
            (Depth, "brackets are nested too deeply: a Kubernetes object needs no such depth")
        }
        "while parsing node, found unknown anchor" => (
            Expansion,
            "this alias names no anchor above it: define `&name` before, or put a value that begins with `*` in quotes",
        ),
        "found unprintable character" => {
            (Encoding, "a character that may not stand in YAML: remove it, or save the file as UTF-8")
        }
        "a byte order mark must not appear inside a document" => {
            (Encoding, "a byte order mark inside a document: remove it, it may only begin a file")
        }
        "comment intercepting the multiline text" => (
            Syntax,
            "a comment cuts this value, which goes on in the next line: move the comment, or put the value in quotes",
        ),
        "comments must be separated from other tokens by whitespace" => (Syntax, "put a space before `#`"),
        "invalid content after document end marker" => {
            (Syntax, "nothing but a comment may follow `...`: begin a new document with `---`")
        }
        "invalid indentation" | "invalid indentation in flow construct" => {
            (Syntax, "this line is indented less than the block that it belongs to: indent it more")
        }
        "invalid indentation in quoted scalar" => (
            Syntax,
            "this quoted string goes on in a line that is not indented: indent the lines that it goes on in",
        ),
        "invalid indentation for anchor" => {
            (Syntax, "this anchor or tag must be indented like the value it belongs to")
        }
        "simple key expect ':'" | "simple key expected" | "mapping keys are not allowed in this context" => {
            (Syntax, KEY)
        }
        "while parsing a block mapping, did not find expected key" => (
            Syntax,
            "this line fits no level of indentation above it: align it with the keys that it belongs to",
        ),
        "while parsing a block collection, did not find expected '-' indicator" => {
            (Syntax, "expected a list item here: begin it with `- ` at the indentation of the items above")
        }
        "block sequence entries are not allowed in this context" => {
            (Syntax, "a list item can't begin here: put `- ` on a line of its own beneath the key")
        }
        "\"-\" is only valid inside a block" | "plain scalar cannot start with '-' followed by ,[]{}" => {
            (Syntax, "`-` can't begin an item inside brackets: remove it, or put the value in quotes")
        }
        "mapping values are not allowed in this context" | "illegal placement of ':' indicator" => (
            Syntax,
            "a second `: ` in one value, or a key that is indented too far: put the value in quotes, or fix the indentation",
        ),
        "':' may not precede any of `[{` in flow mapping" => (Syntax, "put a space after `:`"),
        "misplaced bracket" => {
            (Syntax, "a closing bracket without an opening one: remove it, or put the value in quotes")
        }
        "while parsing a flow mapping, did not find expected ',' or '}'" => (Syntax, UNCLOSED_MAPPING),
        "while parsing a flow sequence, expected ',' or ']'" => (Syntax, UNCLOSED_LIST),
        "while scanning a quoted scalar, found unexpected end of stream"
        | "while scanning a quoted scalar, found unexpected document indicator" => (Syntax, QUOTE),
        "invalid trailing content after double-quoted scalar" => (
            Syntax,
            "text follows a closing quote: put the whole value in quotes, and double or escape the quotes inside it",
        ),
        "while parsing a quoted scalar, found unknown escape character"
        | "while parsing a quoted scalar, did not find expected hexadecimal number"
        | "while parsing a quoted scalar, found invalid Unicode character escape code" => {
            (Syntax, "an unknown escape in this string: write `\\\\` for a backslash, or use single quotes")
        }
        "while scanning a block scalar, did not find expected comment or line break"
        | "while scanning a block scalar, found an indentation indicator equal to 0" => (Syntax, HEADER),
        "wrongly indented line in block scalar" => {
            (Syntax, "this line of the text is indented less than its first line: indent both alike")
        }
        "while scanning an anchor or alias, did not find expected alphabetic or numeric character" => {
            (Syntax, "`&` and `*` begin an anchor or alias, which needs a name: put the value in quotes")
        }
        "while parsing a node, did not find expected node content" | "unexpected end of plain scalar" => (
            Syntax,
            "expected a value here: add it, or put a value that begins with a special character in quotes",
        ),
        "did not find expected <document start>" => {
            (Syntax, "the document ended above this: fix the indentation, or begin a new document with `---`")
        }
        "the handle wasn't declared" => (Syntax, TAG),
        "unexpected eof" | "did not find expected next token" | "expected whitespace" => {
            (Syntax, "the document ends in the middle of a value: complete it")
        }
        other if other.starts_with("unexpected character") => {
            (Syntax, "a value can't begin with this character: put it in quotes")
        }
        other if other.contains("directive") || other.contains("TAG") => (Syntax, DIRECTIVE),
        other if other.contains("tag") => (Syntax, TAG),
        other => return (Syntax, format!("this isn't YAML: {other}")),
    };
    (kind, message.to_owned())
}

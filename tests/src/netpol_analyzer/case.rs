//! The list of cases, `cases.json`, and the flags that the recorded command was given.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ringfence::model::Direction;
use ringfence::sets::Protocol;
use serde_json::Value;

use super::focus::Focus;
use super::peer::Peer;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The connections of every pair.
    List,
    /// The list, and what Pods that are not there could reach.
    Exposure,
    /// Every pair with the policies that decide.
    Explain,
    /// The connections that two folders don't share.
    Diff,
    /// One connection.
    Evaluate,
}

/// One recorded run.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, unlike all others.
    pub name: String,
    /// What was asked.
    pub kind: Kind,
    /// The folders of manifests, relative to the corpus; two for a diff, the old one first.
    pub dirs: Vec<String>,
    /// The flags.
    pub flags: Vec<String>,
    /// What the flags leave of the answer.
    pub focus: Focus,
    /// The recorded answer, relative to the corpus; empty where there is none.
    pub expected: String,
    /// Parts of the recorded errors and warnings.
    pub messages: Vec<String>,
    /// The recorded verdict of [`Kind::Evaluate`].
    pub result: Option<bool>,
}

/// The connection that a case of [`Kind::Evaluate`] asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// The client.
    pub from: Pod,
    /// The server.
    pub to: Pod,
    /// The protocol.
    pub protocol: Protocol,
    /// The server's port.
    pub port: u16,
}

/// A Pod by its own name, where workloads go by their owners'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    namespace: String,
    name: String,
}

impl Pod {
    /// Whether the peer is this Pod, or a workload whose Pods are named like it.
    pub fn is(&self, peer: &Peer) -> bool {
        let Some((namespace, name)) = peer.namespace_and_name() else { return false };
        let rest = self.name.strip_prefix(name);
        namespace == self.namespace && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

/// Every case of the corpus at `folder`.
///
/// # Errors
/// Where the list is not as expected.
pub fn load(folder: &Path) -> Result<Vec<Case>> {
    let list: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("cases.json"))?)?;
    list.as_array().context("no list of cases")?.iter().map(Case::from_json).collect()
}

impl Case {
    fn from_json(value: &Value) -> Result<Self> {
        let text = |key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("name");
        let kind = match text("kind").as_str() {
            "list" => Kind::List,
            "exposure" => Kind::Exposure,
            "explain" => Kind::Explain,
            "diff" => Kind::Diff,
            "evaluate" => Kind::Evaluate,
            other => bail!("{name}: no kind of case: {other}"),
        };
        let flags = strings(value.get("flags"));
        Ok(Self {
            kind,
            dirs: strings(value.get("dirs")),
            focus: Focus::from_flags(&flags).with_context(|| name.clone())?,
            flags,
            expected: text("expected"),
            messages: strings(value.get("expected_message_contains")),
            result: value.get("expected_result").and_then(Value::as_bool),
            name,
        })
    }

    /// The only folder, or the first.
    ///
    /// # Errors
    /// Where there is none.
    pub fn dir(&self) -> Result<&str> {
        self.dirs.first().map(String::as_str).context("no folder")
    }

    /// Whether a flag was given.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// The value of a flag.
    pub fn value(&self, flag: &str) -> Option<&str> {
        value_of(&self.flags, flag)
    }

    /// The connection that was asked about.
    ///
    /// # Errors
    /// Where the flags don't tell.
    pub fn evaluated(&self) -> Result<Evaluated> {
        let pod = |name, namespace| {
            Some(Pod { namespace: self.value(namespace)?.to_owned(), name: self.value(name)?.to_owned() })
        };
        let protocol = self.value("--protocol").unwrap_or("tcp").to_uppercase();
        Ok(Evaluated {
            from: pod("-s", "-n").context("no source")?,
            to: pod("-d", "--destination-namespace").context("no destination")?,
            protocol: protocol.parse()?,
            port: self.value("-p").context("no port")?.parse()?,
        })
    }
}

/// The value that follows a flag.
pub fn value_of<'f>(flags: &'f [String], flag: &str) -> Option<&'f str> {
    let mut rest = flags.iter().skip_while(|given| *given != flag);
    rest.next()?;
    rest.next().map(String::as_str)
}

/// The direction that a word stands for.
pub fn direction(word: &str) -> Option<Direction> {
    Direction::BOTH.into_iter().find(|direction| direction.name().eq_ignore_ascii_case(word))
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_known_by_its_owner() {
        let pod = Pod { namespace: "default".to_owned(), name: "ad-77d5-t8mx4".to_owned() };
        for (peer, expected) in [
            ("default/ad-77d5[ReplicaSet]", true),
            ("default/ad-77d5-t8mx4[Pod]", true),
            ("default/ad-7[ReplicaSet]", false),
            ("other/ad-77d5[ReplicaSet]", false),
            ("0.0.0.0-255.255.255.255[External]", false),
        ] {
            assert_eq!(pod.is(&Peer::recorded(peer).unwrap()), expected, "{peer}");
        }
    }

    #[test]
    fn messages_are_one_or_many() {
        let one = serde_json::json!({"kind": "list", "expected_message_contains": "a"});
        let many = serde_json::json!({"kind": "list", "expected_message_contains": ["a", "b"]});
        assert_eq!(Case::from_json(&one).unwrap().messages, ["a"]);
        assert_eq!(Case::from_json(&many).unwrap().messages, ["a", "b"]);
    }
}

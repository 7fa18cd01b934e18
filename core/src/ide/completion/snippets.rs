//! Whole policies to start from, in the syntax of snippets that LSP defines.

use crate::ide::Snapshot;

/// So many namespaces are offered as a choice.
const CHOICES: usize = 20;

/// A policy to start from.
pub(super) struct Snippet {
    pub(super) label: &'static str,
    pub(super) summary: &'static str,
    pub(super) text: String,
}

/// The policies to start from, with the namespaces of the workspace to choose from.
pub(super) fn all(snapshot: &Snapshot<'_, '_>) -> Vec<Snippet> {
    let namespaces = Choices::of(snapshot);
    let policy = |name: &str, spec: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${{1:{name}}}\n  namespace: {}\nspec:\n{spec}",
            namespaces.stop(2)
        )
    };
    let from = namespaces.stop(5);
    vec![
        Snippet {
            label: "default deny",
            summary: "isolates every Pod of the namespace in both directions, and allows nothing",
            text: policy("default-deny", "  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n"),
        },
        Snippet {
            label: "default deny ingress",
            summary: "isolates every Pod of the namespace for connections to it",
            text: policy("default-deny-ingress", "  podSelector: {}\n  policyTypes:\n    - Ingress\n"),
        },
        Snippet {
            label: "default deny egress",
            summary: "isolates every Pod of the namespace for connections from it",
            text: policy("default-deny-egress", "  podSelector: {}\n  policyTypes:\n    - Egress\n"),
        },
        Snippet {
            label: "allow DNS",
            summary: "lets every Pod of the namespace ask the cluster's DNS servers",
            text: policy("allow-dns", ALLOW_DNS),
        },
        Snippet {
            label: "allow within the namespace",
            summary: "lets the Pods of the namespace talk to each other",
            text: policy("allow-same-namespace", ALLOW_WITHIN),
        },
        Snippet {
            label: "allow from a namespace",
            summary: "lets Pods of another namespace in at some Pods, on one port",
            text: policy("allow-from-namespace", &ALLOW_FROM_NAMESPACE.replace("NAMESPACE", &from)),
        },
        Snippet {
            label: "allow from Pods",
            summary: "lets some Pods of the namespace in at others, on one port",
            text: policy("allow-from-pods", ALLOW_FROM_PODS),
        },
        Snippet {
            label: "allow to addresses",
            summary: "lets some Pods connect to addresses outside the cluster, on one port",
            text: policy("allow-to-addresses", ALLOW_TO_ADDRESSES),
        },
    ]
}

const ALLOW_DNS: &str = "  podSelector: {}
  policyTypes:
    - Egress
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
";

const ALLOW_WITHIN: &str = "  podSelector: {}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector: {}
";

const ALLOW_FROM_NAMESPACE: &str = "  podSelector:
    matchLabels:
      ${3:app}: ${4:web}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: NAMESPACE
          podSelector:
            matchLabels:
              ${6:app}: ${7:client}
      ports:
        - protocol: TCP
          port: ${8:8080}
";

const ALLOW_FROM_PODS: &str = "  podSelector:
    matchLabels:
      ${3:app}: ${4:web}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              ${5:app}: ${6:client}
      ports:
        - protocol: TCP
          port: ${7:8080}
";

const ALLOW_TO_ADDRESSES: &str = "  podSelector:
    matchLabels:
      ${3:app}: ${4:web}
  policyTypes:
    - Egress
  egress:
    - to:
        - ipBlock:
            cidr: ${5:192.0.2.0/24}
      ports:
        - protocol: TCP
          port: ${6:443}
";

/// The namespaces to choose from.
struct Choices(Vec<String>);

impl Choices {
    fn of(snapshot: &Snapshot<'_, '_>) -> Self {
        Self(snapshot.cluster().namespaces.iter().take(CHOICES).map(|info| info.name.to_string()).collect())
    }

    /// A stop of a snippet: a choice, or a placeholder where there is nothing to choose.
    fn stop(&self, number: u32) -> String {
        match self.0.as_slice() {
            [] => format!("${{{number}:default}}"),
            [only] => format!("${{{number}:{}}}", escape(only)),
            several => {
                let all: Vec<String> = several.iter().map(|name| with_backslashes(name, "$}\\,|")).collect();
                format!("${{{number}|{}|}}", all.join(","))
            }
        }
    }
}

/// A text as part of a snippet.
pub(super) fn escape(text: &str) -> String {
    with_backslashes(text, "$}\\")
}

fn with_backslashes(text: &str, before: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if before.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_for_snippets() {
        assert_eq!(escape("a$b}c"), "a\\$b\\}c");
        assert_eq!(Choices(vec!["a".to_owned(), "b".to_owned()]).stop(2), "${2|a,b|}");
        assert_eq!(Choices(vec!["a".to_owned()]).stop(1), "${1:a}");
        assert_eq!(Choices(Vec::new()).stop(1), "${1:default}");
    }
}

//! Labels that only the platform sets on namespaces, so that neither their owners nor repositories write them.

/// The keys of Kubernetes and OpenShift, as patterns for [`covers`].
pub(super) const KEYS: &[&str] = &["kubernetes.io/*", "openshift.io/*", "*.openshift.io/*"];

/// Whether a pattern stands for a key; each `*` in it stands for any text, also for none.
pub(super) fn covers(pattern: &str, key: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| key.strip_prefix(start)) else { return false };
    let Some(end) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or("");
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, key, expected) in [
            ("team", "team", true),
            ("team", "teams", false),
            ("openshift.io/*", "openshift.io/run-level", true),
            ("openshift.io/*", "network.openshift.io/policy-group", false),
            ("*.openshift.io/*", "policy-group.network.openshift.io/ingress", true),
            ("*.openshift.io/*", "network.openshift.example/policy-group", false),
            ("*/team", "example.com/team", true),
            ("a*a", "a", false),
            ("a*b*a", "aba", true),
            ("a*b*b", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(covers(pattern, key), expected, "{pattern} {key}");
        }
    }
}

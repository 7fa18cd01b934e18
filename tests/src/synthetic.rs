//! A cluster of any size for benchmarks: namespaces, Deployments of four tiers, a default deny and three allowing
//! policies in each namespace. The same arguments give the same text.

/// The files of a cluster: one with the namespaces, one with the workloads of each namespace, one for each policy.
pub fn cluster(namespaces: usize, deployments: usize) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let declared = (0..namespaces).map(|n| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: ns{n}, labels: {{team: team{}, env: env{}}}}}\n---\n",
            n % 4,
            n % 3
        )
    });
    files.push(("namespaces.yaml".to_owned(), declared.collect()));
    for n in 0..namespaces {
        let workloads = (0..deployments).map(|d| workload(n, d));
        files.push((format!("ns{n}/workloads.yaml"), workloads.collect()));
        for p in 0..4 {
            files.push((format!("ns{n}/policy{p}.yaml"), policy(n, p, 8080)));
        }
    }
    files
}

fn workload(n: usize, d: usize) -> String {
    let tier = ["fe", "be", "db", "job"].get(d % 4).copied().unwrap_or_default();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app{d}, namespace: ns{n}}}\nspec:\n  selector: \
         {{matchLabels: {{app: app{d}}}}}\n  template:\n    metadata: {{labels: {{app: app{d}, tier: {tier}, ver: v{}}}}}\n    \
         spec:\n      containers:\n      - {{name: c, image: img, ports: [{{containerPort: {}, name: http}}, \
         {{containerPort: 9090, name: metrics}}]}}\n---\n",
        (n + d) % 3,
        8000 + (n * 7 + d) % 100
    )
}

/// One policy; `port` is what its last rule allows.
pub fn policy(n: usize, p: usize, port: u16) -> String {
    let head = format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: np{p}, namespace: ns{n}}}\nspec:\n"
    );
    let body = match p {
        0 => "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n".to_owned(),
        1 => format!(
            "  podSelector: {{matchLabels: {{tier: be}}}}\n  ingress:\n  - from: [{{podSelector: {{matchLabels: {{tier: \
             fe}}}}}}]\n    ports: [{{port: http}}]\n  - from: [{{namespaceSelector: {{matchLabels: {{team: team{}}}}}, \
             podSelector: {{matchLabels: {{tier: be}}}}}}]\n    ports: [{{port: {port}}}]\n",
            n % 4
        ),
        2 => "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n  - to: [{namespaceSelector: {matchLabels: \
              {kubernetes.io/metadata.name: ns0}}}]\n    ports: [{port: 53, protocol: UDP}, {port: 53}]\n"
            .to_owned(),
        _ => format!(
            "  podSelector: {{matchLabels: {{tier: fe}}}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n  - from: \
             [{{ipBlock: {{cidr: 10.{}.0.0/16, except: [10.{}.1.0/24]}}}}]\n    ports: [{{port: http}}]\n  egress:\n  - \
             to: [{{podSelector: {{matchLabels: {{tier: be}}}}}}]\n",
            n % 8,
            n % 8
        ),
    };
    head + &body
}

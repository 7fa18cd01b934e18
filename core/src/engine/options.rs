//! What a cluster's network plugin decides, and the manifests don't say.

/// Whether the `ipBlock` peers of NetworkPolicies match the addresses of Pods. Network plugins differ, and the API
/// leaves it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IpBlocks {
    /// An `ipBlock` stands for addresses outside the cluster and never matches a Pod.
    #[default]
    ExternalOnly,
    /// An `ipBlock` matches the Pods whose addresses lie in it.
    MatchPodIps,
}

impl IpBlocks {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ExternalOnly, Self::MatchPodIps];

    /// The name in options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExternalOnly => "external-only",
            Self::MatchPodIps => "match-pod-ips",
        }
    }
}

/// How the answers are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// What `ipBlock` peers match.
    pub ip_blocks: IpBlocks,
}

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

/// How the answers are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// What `ipBlock` peers match.
    pub ip_blocks: IpBlocks,
}

//! Reading cluster-wide policies.

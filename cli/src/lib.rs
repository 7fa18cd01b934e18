//! The `ringfence` command as a library over a host.

//! The command as its users see it: what it prints, what it writes, its exit status.
//!
//! Most tests run it on a machine in memory; `binary` runs the real thing.

#[cfg(test)]
mod arguments;
#[cfg(test)]
mod baselines;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod exposure;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod fixing;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod rendering;

//! What tools should render.

use serde::Serialize;

use crate::cluster::Job;

/// A folder that a tool turns into manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderJob {
    /// The folder.
    pub folder: String,
    /// `kustomize` or `helm`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::words::tools"))]
    pub tool: String,
    /// Why it can't succeed, where the files alone tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hopeless: Option<String>,
}

impl RenderJob {
    /// A job, with the reason why it can't succeed.
    pub fn new(job: Job, hopeless: Option<String>) -> Self {
        Self { folder: job.folder, tool: job.tool.name().to_owned(), hopeless }
    }
}

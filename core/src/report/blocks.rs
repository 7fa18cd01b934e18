//! The compiled policies as JSON.

use crate::wire::BlockReport;
use crate::workspace::Scene;

/// The blocks of one scene, and the lists that decide on them, in one line.
pub fn blocks_json(scene: &Scene<'_>) -> String {
    let report = BlockReport::new(scene.overlay, scene.reach(), scene.class_names());
    let mut text = serde_json::to_string(&report).unwrap_or_default();
    text.push('\n');
    text
}

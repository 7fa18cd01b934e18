//! wasm-opt over a bound module, unless it has seen this very module before.

use super::{Module, read};
use crate::setup::Setup;
use crate::{repo, shell};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(1200);

/// Writes [`Module::with_names`] from the module in the folder `bound`. What it was made from and how is kept beside it.
pub(super) fn run(root: &Path, setup: &Setup, module: &Module, bound: &Path) -> Result<()> {
    let output = module.with_names(root);
    let folder = output.parent().context("the output has no folder")?;
    std::fs::create_dir_all(folder)?;
    let input = bound.join(module.file_name());
    let last_input = output.with_extension("input");
    let last_recipe = output.with_extension("recipe");

    let program = setup.npm.program("wasm-opt");
    let manifest = format!("{}/Cargo.toml", module.krate);
    let flags = flags(&repo::read(root, &manifest)?).context(manifest)?;
    let recipe = format!("{} {}", setup.npm.version_of("binaryen")?, flags.join(" "));
    let bytes = read(&input)?;
    let is_done = output.is_file()
        && std::fs::read(&last_input).is_ok_and(|last| last == bytes)
        && std::fs::read_to_string(&last_recipe).is_ok_and(|last| last == recipe);
    if is_done {
        return Ok(());
    }
    println!("wasm-opt {} {}", flags.join(" "), module.file_name());
    let mut command = Command::new(program);
    // The names of functions are kept: `size` tells by them whose code it is.
    command.arg(&input).args(&flags).arg("--debuginfo").arg("-o").arg(&output);
    shell::must(&mut command, LIMIT)?;
    std::fs::write(&last_recipe, recipe)?;
    // Goes last: an interrupted call leaves nothing that passes for done.
    std::fs::write(&last_input, bytes)?;
    Ok(())
}

/// Where a crate's manifest states the flags of wasm-opt; wasm-pack would look there too.
const FLAGS: [&str; 6] = ["package", "metadata", "wasm-pack", "profile", "custom", "wasm-opt"];

fn flags(manifest: &str) -> Result<Vec<String>> {
    let mut value = toml::Value::Table(toml::from_str(manifest)?);
    for key in FLAGS {
        let entry = value.as_table_mut().and_then(|table| table.remove(key));
        value = entry.with_context(|| format!("there is no {}", FLAGS.join(".")))?;
    }
    Ok(value.try_into()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_are_those_of_the_manifest() {
        let manifest =
            |key: &str| format!("[package.metadata.wasm-pack.profile.custom]\n{key} = [\"-Oz\"]\n");
        assert_eq!(flags(&manifest("wasm-opt")).unwrap(), ["-Oz"]);
        let error = flags(&manifest("other")).unwrap_err();
        assert_eq!(error.to_string(), "there is no package.metadata.wasm-pack.profile.custom.wasm-opt");
    }
}

//! The folders that cases run in.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The account without rights.
pub(crate) const NOBODY: u32 = 65534;

/// Whether this process may read everything.
pub(crate) fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Where a program is; a reason where it isn't.
pub(crate) fn found(program: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(program));
    places.find(|place| place.is_file()).ok_or_else(|| format!("`{program}` is not on PATH"))
}

/// A folder for a scene, the same for both hosts: `work` is the current folder, `bin` is PATH, `home` is the user's,
/// and `tmp` takes what is temporary.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(scene: &str) -> Self {
        Self { folder: tempfile::Builder::new().prefix(scene).tempdir().unwrap() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// Empties the folder.
    pub(crate) fn clear(&self) {
        // What a scene has locked must open before it can go.
        let _ = Command::new("chmod").args(["-R", "u+rwx"]).arg(self.root()).stderr(Stdio::null()).status();
        for entry in fs::read_dir(self.root()).unwrap() {
            let entry = entry.unwrap();
            let is_folder = entry.file_type().unwrap().is_dir();
            if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }.unwrap();
        }
        for name in ["work", "bin", "home", "tmp"] {
            fs::create_dir(self.root().join(name)).unwrap();
        }
    }

    /// All of the environment.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.root().join(name).to_string_lossy().into_owned();
        vec![
            ("PATH", path("bin")),
            ("HOME", path("home")),
            ("TMPDIR", path("tmp")),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("TZ", "Pacific/Auckland".to_owned()),
            // Node's cache of compiled code would lie in `tmp`.
            ("NODE_DISABLE_COMPILE_CACHE", "1".to_owned()),
        ]
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        self.file(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
        self.mode(&format!("bin/{name}"), 0o755);
    }

    fn link(&self, target: &str, path: &str) {
        symlink(target, self.root().join(path)).unwrap();
    }

    fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.root().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn copy(&self, from: &str, to: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(from);
        let to = self.root().join(to);
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                let inner = |folder: &Path| folder.join(&name).to_string_lossy().into_owned();
                self.copy(&inner(entry.path().parent().unwrap()), &inner(&to));
            } else {
                fs::copy(entry.path(), to.join(name)).unwrap();
            }
        }
    }

    fn git(&self, arguments: &[&str]) {
        let names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
        let dates = ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"];
        let mut git = Command::new("git");
        git.current_dir(self.work()).args(arguments).env("HOME", self.root()).env("GIT_CONFIG_NOSYSTEM", "1");
        git.envs(names.map(|name| (name, "nobody"))).envs(dates.map(|name| (name, "2026-01-02T03:04:05Z")));
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
";

/// Default deny, with something to mend that changes no traffic.
const SLOPPY: &str = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec:
  podSelector: {}
  # ringfence: ignore[namespace-wide-peer] the exporters carry no labels yet
  policyTypes: [Ingress]
";

/// Makes a scene; the reason where this machine can't.
pub(crate) fn make(scene: &str, place: &Place) -> Result<(), String> {
    match scene {
        "empty" => {}
        "shop" => place.copy("examples/online-shop", "work"),
        "hardened" => {
            place.copy("examples/online-shop/apps", "work/apps");
            place.copy("examples/online-shop-hardened", "work/policies");
        }
        "rules" => place.copy("tests/suite/rules", "work"),
        "inputs" => place.copy("tests/suite/inputs", "work"),
        "small" => {
            place.file("work/web.yaml", WORKLOAD);
            place.file("work/net/deny.yaml", SLOPPY);
            place.file("work/broken.yaml", "{");
        }
        "many" => many(place),
        "odd" => odd(place),
        "ignored" => ignored(place),
        "configured" => configured(place),
        "rendered" => rendered(place),
        "locked" => return locked(place),
        "git" => return repository(place),
        _ => panic!("there is no scene `{scene}`"),
    }
    Ok(())
}

/// Enough to fill any pipe.
fn many(place: &Place) {
    for number in 0..150 {
        let workload = WORKLOAD.replace("web", &format!("web-{number}"));
        let policy =
            SLOPPY.replace("default-deny", &format!("deny-{number}")).replace("shop", &format!("s{number}"));
        place.file(&format!("work/{number}.yaml"), format!("{workload}---\n{policy}"));
    }
}

/// Files that are not what they should be, and names that are.
fn odd(place: &Place) {
    place.file("work/web.yaml", WORKLOAD);
    place.file("work/windows.yaml", SLOPPY.replace('\n', "\r\n"));
    place.file("work/bom.yaml", format!("\u{feff}{}", WORKLOAD.replace("web", "bom")));
    place.file(
        "work/latin.yaml",
        WORKLOAD.replace("web", "caf\u{e9}").chars().map(|c| c as u8).collect::<Vec<_>>(),
    );
    place.file("work/binary.yaml", (0..=255).collect::<Vec<u8>>());
    place.file("work/zero.yaml", "");
    place.file("work/half.yaml", WORKLOAD.split_at(120).0);
    place.file("work/package.json", "{\"name\": \"x\"}");
    place.file("work/list.json", "[1, 2");
    place.file("work/of space.YML", WORKLOAD.replace("web", "space"));
    place.file("work/\u{e9}\u{4e2d}/\u{1f600}.yaml", WORKLOAD.replace("web", "unicode"));
    place.file("work/bell\u{7}.yaml", "{");
    place.file("work/-.yaml", WORKLOAD.replace("web", "dash"));
    place.file("outside.yaml", WORKLOAD);
    for (target, path) in [
        ("../outside.yaml", "outside.yaml"),
        ("web.yaml", "inside.yaml"),
        ("nowhere", "dangling.yaml"),
        ("nowhere", "dangling.md"),
        ("one", "two"),
        ("two", "one"),
        ("..", "\u{e9}\u{4e2d}/up"),
        ("\u{e9}\u{4e2d}", "folder"),
        ("../home", "home"),
        ("/dev/null", "null.yaml"),
    ] {
        place.link(target, &format!("work/{path}"));
    }
    place.file("work/file.yaml/inner.yaml", WORKLOAD.replace("web", "inner"));
    fs::create_dir(place.work().join(std::ffi::OsStr::from_bytes(b"caf\xe9"))).unwrap();
    fs::write(place.work().join(std::ffi::OsStr::from_bytes(b"caf\xe9/web.yaml")), WORKLOAD).unwrap();
    fs::write(place.work().join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), WORKLOAD).unwrap();
    let pipe = Command::new("mkfifo").arg(place.work().join("pipe.yaml")).status();
    assert!(pipe.unwrap().success());
    fs::File::create(place.work().join("huge.json")).unwrap().set_len(257 << 20).unwrap();
}

/// What git leaves out, by every kind of rule.
fn ignored(place: &Place) {
    for (path, rules) in [
        (".gitignore", "above.yaml\n"),
        (
            "work/.gitignore",
            "/build/\n*.tmp.yaml\n!keep.tmp.yaml\n.*\n!.github/\n\\#a.yaml\nsp\\ ace.yaml \n# c\n\u{fe}\n",
        ),
        ("work/app/.gitignore", "\u{feff}!x.tmp.yaml\r\nlocal/**\r\n[ab].yaml\r\n"),
        ("work/.git/info/exclude", "/excluded.yaml\nkeep.tmp.yaml\n"),
        ("work/tree/.git", "gitdir: ../real/worktrees/tree\n"),
        ("work/real/worktrees/tree/commondir", "../..\n"),
        ("work/real/info/exclude", "excluded.yaml\n"),
        ("home/.gitconfig", "[core]\n\texcludesFile = \"~/.ignored\"\n"),
        ("home/.ignored", "*.mine.yaml\n"),
        ("home/other", "b.yaml\n"),
        ("home/settings/git/ignore", "a.yaml\n"),
    ] {
        place.file(path, rules);
    }
    for folder in ["", "app/", "app/local/", "build/", "app/build/", ".github/", ".hidden/", "tree/"] {
        for name in [
            "a.yaml",
            "b.yaml",
            "x.tmp.yaml",
            "keep.tmp.yaml",
            "#a.yaml",
            "sp ace.yaml",
            "excluded.yaml",
            "above.yaml",
            "x.mine.yaml",
            ".dot.yaml",
        ] {
            let name = format!("{folder}{name}");
            let named: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            place.file(&format!("work/{name}"), WORKLOAD.replace("web", &format!("w{named}")));
        }
    }
}

/// A repository with a configuration, good or bad.
fn configured(place: &Place) {
    place.copy("examples/online-shop", "work/shop");
    place.file("work/.ringfence.yaml", "set: strict\nexclude: [shop/agents/**]\n");
    place.file("work/shop/apps/own.yaml", "set: nonsense\nexclud: [x]\n");
    place.file("work/latin.yaml", b"exclude: [caf\xe9]\n");
    place.file("work/baseline.json", "{}");
}

/// Kustomizations and charts, with tools that do as they are told by files.
fn rendered(place: &Place) {
    place.program("kustomize", "echo \"$@\" >> \"$2/calls\"; . \"$2/tool.sh\"");
    place.program("helm", "echo \"$@\" >> \"$3/calls\"; . \"$3/tool.sh\"");
    let print = |yaml: &str| {
        format!("while IFS= read -r line; do printf '%s\\n' \"$line\"; done <<'END'\n{yaml}END\n")
    };
    for (name, script) in [
        ("good", print(&WORKLOAD.replace("web", "rendered"))),
        ("-dash", print(&WORKLOAD.replace("web", "dash"))),
        ("fails", "echo 'Error: no such \u{1b}[31mthing' >&2; echo 'Use --debug flag' >&2; exit 1".to_owned()),
        ("silent", "exit 3".to_owned()),
        ("killed", "kill -9 $$".to_owned()),
        ("latin", "printf 'kind: caf\\351\\n'; printf 'caf\\351\\n' >&2; exit 1".to_owned()),
        ("flood", "i=0; while [ $i -lt 3000 ]; do echo 'error: 01234567890123456789012345678901234567890' >&2; \
                   i=$((i + 1)); done; echo end >&2; exit 1".to_owned()),
        ("asks", "read -r answer || echo \"error: nobody answers, GIT_TERMINAL_PROMPT=$GIT_TERMINAL_PROMPT\" >&2; exit 1"
            .to_owned()),
    ] {
        place.file(&format!("work/{name}/kustomization.yaml"), "resources: [web.yaml]\n");
        place.file(&format!("work/{name}/web.yaml"), WORKLOAD.replace("web", name.trim_matches('-')));
        place.file(&format!("work/{name}/tool.sh"), script);
    }
    place.file("work/chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    place.file("work/chart/templates/web.yaml", "kind: {{ .Values.kind }}\n");
    place.file("work/chart/tool.sh", print(&WORKLOAD.replace("web", "chart")));
    for (name, more) in [("dev", ""), ("prod", "---\n")] {
        let more = if more.is_empty() { String::new() } else { format!("{more}{SLOPPY}") };
        place.file(&format!("work/overlays/{name}/kustomization.yaml"), "resources: [../../base]\n");
        place.file(&format!("work/overlays/{name}/tool.sh"), print(&format!("{WORKLOAD}{more}")));
    }
    place.file("work/base/kustomization.yaml", "resources: [web.yaml]\n");
    place.file("work/base/web.yaml", WORKLOAD);
    place.file("work/base/tool.sh", print(WORKLOAD));
}

/// What may not be read or written; the account without rights owns all of it.
fn locked(place: &Place) -> Result<(), String> {
    place.file("work/web.yaml", WORKLOAD);
    place.file("work/deny.yaml", SLOPPY);
    place.file("work/secret.yaml", WORKLOAD);
    place.file("work/secret/web.yaml", WORKLOAD);
    place.file("work/full/deny.yaml", SLOPPY);
    place.file("work/listed/deny.yaml", SLOPPY);
    place.file("work/closed/.ringfence.yaml", "set: strict\n");
    place.file("work/quiet/.gitignore", "web.yaml\n");
    place.file("work/quiet/web.yaml", WORKLOAD);
    place.program("helm", "exit 0");
    place.file("work/chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    place.link("secret/web.yaml", "work/link.yaml");
    if is_root() {
        let owner = format!("{NOBODY}:{NOBODY}");
        let owned = Command::new("chown").args(["-R", "--no-dereference", &owner]).arg(place.root()).status();
        if !owned.is_ok_and(|status| status.success()) {
            return Err("files can't be given to another account".to_owned());
        }
    }
    place.mode("work/secret.yaml", 0o000);
    place.mode("work/secret", 0o000);
    place.mode("work/deny.yaml", 0o444);
    place.mode("work/full", 0o555);
    place.mode("work/listed", 0o444);
    place.mode("work/closed/.ringfence.yaml", 0o000);
    place.mode("work/quiet/.gitignore", 0o000);
    place.mode("bin/helm", 0o644);
    Ok(())
}

/// A repository with a history: an old release, one that opens connections, and a work tree that was changed again.
fn repository(place: &Place) -> Result<(), String> {
    let git = found("git")?;
    place.link(&git.to_string_lossy(), "bin/git");
    place.file("work/deploy/web.yaml", WORKLOAD);
    place.file("work/deploy/deny.yaml", SLOPPY);
    place.file("work/deploy/caf\u{e9}.yaml", WORKLOAD.replace("web", "cafe").replace('\n', "\r\n"));
    place.file("work/.gitattributes", "* export-ignore\n*.yaml text eol=crlf\n");
    place.file("work/large.bin", vec![0_u8; 3 << 20]);
    place.link("deploy/web.yaml", "work/link.yaml");
    fs::write(place.work().join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), WORKLOAD).unwrap();
    place.git(&["-c", "init.defaultBranch=main", "init", "--quiet"]);
    place.git(&["-c", "core.autocrlf=false", "add", "."]);
    place.git(&["commit", "--quiet", "--message", "first"]);
    place.git(&["tag", "first"]);
    fs::remove_file(place.work().join("deploy/deny.yaml")).unwrap();
    place.file("work/deploy/db.yaml", WORKLOAD.replace("web", "db"));
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "--message", "second"]);
    place.file("work/deploy/mail.yaml", WORKLOAD.replace("web", "mail"));
    place.file("outside/web.yaml", WORKLOAD);
    Ok(())
}

//! The real binary on the real machine.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::fake::{POLICY, SLOPPY, WORKLOAD};

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.current_dir(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Whether a program can be run; where it can't, the test says so and has nothing to prove.
fn has(program: &str) -> bool {
    let found =
        Command::new(program).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: `{program}` is not on PATH");
    }
    found
}

#[test]
fn files_are_found_read_and_judged_on_many_threads() {
    let folder = repository(&[("app/web.yaml", WORKLOAD), ("net/deny.yml", POLICY), (".hidden/x.yaml", "{")]);
    for threads in ["1", "4"] {
        let output = run(folder.path(), &["check", "--threads", threads, "--strict-inputs"]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains("checked 2 objects in 2 files"), "{}", stdout(&output));
    }
    assert_eq!(run(folder.path(), &["check", "app"]).status.code(), Some(1));
}

#[test]
fn what_git_ignores_is_not_read() {
    let folder =
        repository(&[("deny.yaml", POLICY), ("build/web.yaml", WORKLOAD), (".gitignore", "build/\n")]);
    assert_eq!(run(folder.path(), &["check"]).status.code(), Some(0));
    assert_eq!(run(folder.path(), &["check", "--no-config", "build"]).status.code(), Some(1));
}

#[test]
fn fixes_reach_the_disk_and_leave_nothing_else() {
    let folder = repository(&[("deny.yaml", SLOPPY)]);
    let output = run(folder.path(), &["check", "--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(folder.path().join("deny.yaml")).unwrap();
    assert_eq!(text, POLICY);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn files_over_the_limit_are_not_read() {
    let folder = repository(&[("deny.yaml", POLICY)]);
    fs::File::create(folder.path().join("huge.json")).unwrap().set_len(257 << 20).unwrap();
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "warning: huge.json is not read: larger than 256 MiB\n");
}

#[test]
fn a_reader_that_leaves_is_no_trouble() {
    let files: Vec<(String, String)> = (0..400)
        .map(|number| {
            (format!("{number}.yaml"), WORKLOAD.replace("name: web,", &format!("name: web-{number},")))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = repository(&files);
    for (arguments, status) in
        [(&["check", "--no-config"][..], 1), (&["flows"], 0), (&["flows", "-f", "json", "--expand"], 0)]
    {
        let mut child = command(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(status), ""), "{arguments:?}");
    }
}

#[test]
fn pipes_and_files_get_no_colours_unless_forced() {
    let folder = repository(&[("web.yaml", WORKLOAD)]);
    assert!(!stdout(&run(folder.path(), &["check"])).contains('\u{1b}'));
    let forced = command(folder.path()).arg("check").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(stdout(&forced).contains('\u{1b}'));
    let both = command(folder.path()).arg("check").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output();
    assert!(!stdout(&both.unwrap()).contains('\u{1b}'));
}

#[test]
fn standard_input_is_read() {
    use std::io::Write;
    let folder = repository(&[("deny.yaml", POLICY)]);
    let mut child = command(folder.path())
        .args(["check", "-", "-f", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(WORKLOAD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["location"]["path"], "<stdin>");
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_is_said_and_the_rest_is_checked() {
    let folder = repository(&[("app/web.yaml", WORKLOAD), ("deny.yaml", POLICY)]);
    std::os::unix::fs::symlink("..", folder.path().join("app/loop")).unwrap();
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0));
    let expected =
        "warning: app/loop is not read: a symbolic link to a folder that holds it; it is not followed\n";
    assert_eq!(stderr(&output), expected);
    assert!(stdout(&output).contains("checked 2 objects in 2 files; 1 skipped"), "{}", stdout(&output));
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = repository(&[("deny.yaml", POLICY), ("secret.yaml", WORKLOAD)]);
    let secret = folder.path().join("secret.yaml");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&secret).is_ok() {
        eprintln!("skipped: this user may read every file");
        return;
    }
    let output = run(folder.path(), &["check", "--strict-inputs"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("warning: secret.yaml is not read: permission denied"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn kubectl_renders_kustomizations() {
    if !has("kubectl") {
        return;
    }
    let kustomization = "resources: [web.yaml, deny.yaml]\nnamePrefix: prod-\n";
    let folder =
        repository(&[("kustomization.yaml", kustomization), ("web.yaml", WORKLOAD), ("deny.yaml", POLICY)]);
    let output = run(folder.path(), &["check", "--strict-inputs"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    fs::write(folder.path().join("kustomization.yaml"), "resources: [web.yaml, nowhere.yaml]\n").unwrap();
    let output = run(folder.path(), &["check", "--strict-inputs", "-v"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("` failed: accumulating resources"), "{}", stdout(&output));
}

#[test]
fn helm_renders_charts() {
    if !has("helm") {
        return;
    }
    let template = WORKLOAD.replace("image: web", "image: {{ .Values.image }}");
    let folder = repository(&[
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values.yaml", "image: web\n"),
        ("web/templates/web.yaml", &template),
    ]);
    let output = run(folder.path(), &["check", "--strict-inputs"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(&output), stderr(&output));
}

/// Runs git in a folder, as somebody of no account.
fn git(folder: &Path, arguments: &[&str]) {
    let names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .envs(names.map(|name| (name, "nobody")))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
}

#[test]
fn revisions_are_read_without_touching_the_work_tree() {
    if !has("git") {
        return;
    }
    let folder = repository(&[
        ("deploy/web.yaml", WORKLOAD),
        ("deploy/deny.yaml", POLICY),
        (".gitattributes", "* export-ignore\n*.yaml text eol=crlf\n"),
    ]);
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "--message", "first"]);
    git(root, &["tag", "first"]);
    fs::remove_file(root.join("deploy/deny.yaml")).unwrap();
    fs::write(root.join("staged.yaml"), "a: b\n").unwrap();
    git(root, &["add", "staged.yaml"]);
    let index = fs::read(root.join(".git/index")).unwrap();

    let output = run(root, &["diff", "--base", "first", "-f", "json", "--fail-on", "opened"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let change = &report["changes"][0];
    assert_eq!((&change["change"], &change["opened"]), (&"opened".into(), &"all".into()));
    assert_eq!(change["causes"][0]["location"]["path"], "deploy/deny.yaml");
    let inner = run(&root.join("deploy"), &["diff", "--base", "HEAD", "-f", "json"]);
    let inner: serde_json::Value = serde_json::from_slice(&inner.stdout).unwrap();
    assert_eq!(inner["changes"][0]["causes"][0]["location"]["path"], "deny.yaml");
    let both = run(root, &["diff", "--base", "first", "--head", "HEAD", "--fail-on", "any"]);
    assert_eq!((both.status.code(), stdout(&both).as_str()), (Some(0), "no connection changed\n"));

    assert_eq!(fs::read(root.join(".git/index")).unwrap(), index);
    assert!(!root.join("deploy/deny.yaml").exists());
}

#[test]
fn a_revision_or_repository_that_is_not_there_is_said() {
    if !has("git") {
        return;
    }
    let folder = repository(&[("web.yaml", WORKLOAD)]);
    let at = |arguments: &[&str]| {
        let mut command = command(folder.path());
        let ceiling = folder.path().parent().unwrap();
        let output = command.args(arguments).env("GIT_CEILING_DIRECTORIES", ceiling).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    let (code, said) = at(&["diff", "--base", "main"]);
    assert_eq!((code, said.as_str()), (Some(2), "error: the current folder is in no git repository\n"));
    git(folder.path(), &["init", "--quiet"]);
    for revision in ["nowhere", "--help"] {
        let (code, said) = at(&["diff", &format!("--base={revision}")]);
        let expected = format!("error: the repository of the current folder has no revision `{revision}`\n");
        assert_eq!((code, said), (Some(2), expected));
    }
}

#[cfg(unix)]
#[test]
fn a_machine_without_git_says_so() {
    let folder = repository(&[("web.yaml", WORKLOAD)]);
    let output =
        command(folder.path()).args(["diff", "--base", "main"]).env("PATH", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let expected = "error: `git` is not to be had here, so revision `main` can't be read\n";
    assert_eq!(stderr(&output), expected);
}

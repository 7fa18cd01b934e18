//! Command lines as data.

/// A line of `cases.txt`.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// All of it.
    pub(crate) line: String,
    /// The scene that it runs in.
    pub(crate) scene: String,
    /// The folder of the scene that is the current one; empty for the scene's own.
    pub(crate) folder: String,
    /// Commands, one after the other.
    pub(crate) calls: Vec<Call>,
}

/// A command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// What is added to the environment.
    pub(crate) variables: Vec<(String, String)>,
    /// Whether it has a terminal.
    pub(crate) has_terminal: bool,
    /// Whether it runs as somebody without rights.
    pub(crate) is_nobody: bool,
    pub(crate) arguments: Vec<String>,
    /// The file that is its standard input.
    pub(crate) stdin: Option<String>,
    /// The file that is its standard output.
    pub(crate) stdout: Option<String>,
    /// Whether its standard output is a pipe that nobody reads.
    pub(crate) is_unread: bool,
}

/// The cases of a text.
pub(crate) fn all(text: &str) -> Vec<Case> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(case).collect()
}

fn case(line: &str) -> Case {
    let (place, commands) = line.split_once(": ").unwrap_or_else(|| panic!("no scene: {line}"));
    let (scene, folder) = place.split_once('/').unwrap_or((place, ""));
    let words = shlex::split(commands).unwrap_or_else(|| panic!("an open quote: {line}"));
    let calls = words.split(|word| word == ";").map(|words| call(line, words)).collect();
    Case { line: line.to_owned(), scene: scene.to_owned(), folder: folder.to_owned(), calls }
}

fn call(line: &str, words: &[String]) -> Call {
    let mut call = Call::default();
    let mut words = words.iter();
    for word in words.by_ref() {
        match (word.as_str(), word.split_once('=')) {
            ("ringfence", _) => break,
            ("tty", _) => call.has_terminal = true,
            ("nobody", _) => call.is_nobody = true,
            (_, Some((name, value))) => call.variables.push((name.to_owned(), value.to_owned())),
            _ => panic!("no `ringfence`: {line}"),
        }
    }
    while let Some(word) = words.next() {
        match word.as_str() {
            "<" => call.stdin = words.next().cloned(),
            ">" => call.stdout = words.next().cloned(),
            "|" => call.is_unread = true,
            _ => call.arguments.push(word.clone()),
        }
    }
    call
}

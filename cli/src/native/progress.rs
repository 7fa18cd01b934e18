//! One line on the terminal that says what takes so long.
//!
//! A line that is replaced needs no library. It appears only after a while, so that short runs don't flicker.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

const DELAY: Duration = Duration::from_millis(400);
const CLEAR: &str = "\r\u{1b}[K";

/// The line.
#[derive(Debug, Default)]
pub(super) struct Progress {
    shared: Option<Arc<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    message: Option<String>,
    visible: bool,
}

impl Progress {
    /// Shows a message in a while, or takes it away at once.
    pub(super) fn show(&mut self, message: Option<&str>) {
        if self.shared.is_none() {
            if message.is_none() || !can_redraw() {
                return;
            }
            let shared = Arc::new(Shared::default());
            self.shared = Some(Arc::clone(&shared));
            thread::spawn(move || shared.draw());
        }
        let Some(shared) = &self.shared else { return };
        let mut state = shared.lock();
        if state.visible && message.is_none() {
            write(CLEAR);
            state.visible = false;
        }
        state.message = message.map(str::to_owned);
        shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws messages for as long as the process lives.
    fn draw(&self) {
        let mut state = self.lock();
        loop {
            let drawn = state.message.clone();
            let same = |state: &mut State| state.message == drawn;
            let wait = self.changed.wait_timeout_while(state, DELAY, same);
            let (next, waited) = wait.unwrap_or_else(PoisonError::into_inner);
            state = next;
            if let (true, Some(message)) = (waited.timed_out(), &drawn) {
                write(&format!("{CLEAR}{message} …"));
                state.visible = true;
                let wait = self.changed.wait_while(state, same);
                state = wait.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

fn can_redraw() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn write(text: &str) {
    // A terminal that went away needs no progress.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

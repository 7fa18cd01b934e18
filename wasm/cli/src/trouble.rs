//! Errors of Node in the words that the native host has for them.

use ringfence_cli::Trouble;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What Node throws.
    type Thrown;
    #[wasm_bindgen(method, structural, getter)]
    fn code(this: &Thrown) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn message(this: &Thrown) -> JsValue;
}

/// The code of an error, such as `ENOENT`; empty where it has none.
pub(crate) fn code(error: &JsValue) -> String {
    error.unchecked_ref::<Thrown>().code().as_string().unwrap_or_default()
}

/// The reason of an error.
pub(crate) fn trouble(error: &JsValue) -> Trouble {
    match code(error).as_str() {
        "ENOENT" => Trouble::NotFound,
        "EACCES" | "EPERM" => Trouble::Other("permission denied".to_owned()),
        code => match words(code) {
            Some(words) => Trouble::in_words(words),
            None => {
                Trouble::in_words(&error.unchecked_ref::<Thrown>().message().as_string().unwrap_or_default())
            }
        },
    }
}

/// What a system calls an error. Node has words of its own for each.
fn words(code: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

/// The errors that files, folders, links and programs come to.
const WORDS: [(&str, &str); 35] = [
    ("E2BIG", "Argument list too long"),
    ("EAGAIN", "Resource temporarily unavailable"),
    ("EBADF", "Bad file descriptor"),
    ("EBUSY", "Device or resource busy"),
    ("EDQUOT", "Disk quota exceeded"),
    ("EEXIST", "File exists"),
    ("EFAULT", "Bad address"),
    ("EFBIG", "File too large"),
    ("EILSEQ", "Invalid or incomplete multibyte or wide character"),
    ("EINTR", "Interrupted system call"),
    ("EINVAL", "Invalid argument"),
    ("EIO", "Input/output error"),
    ("EISDIR", "Is a directory"),
    ("ELOOP", "Too many levels of symbolic links"),
    ("EMFILE", "Too many open files"),
    ("EMLINK", "Too many links"),
    ("ENAMETOOLONG", "File name too long"),
    ("ENFILE", "Too many open files in system"),
    ("ENODEV", "No such device"),
    ("ENOEXEC", "Exec format error"),
    ("ENOMEM", "Cannot allocate memory"),
    ("ENOSPC", "No space left on device"),
    ("ENOSYS", "Function not implemented"),
    ("ENOTDIR", "Not a directory"),
    ("ENOTEMPTY", "Directory not empty"),
    ("ENXIO", "No such device or address"),
    ("EOVERFLOW", "Value too large for defined data type"),
    ("EPIPE", "Broken pipe"),
    ("EROFS", "Read-only file system"),
    ("ESPIPE", "Illegal seek"),
    ("ESTALE", "Stale file handle"),
    ("ETIMEDOUT", "Connection timed out"),
    ("ETXTBSY", "Text file busy"),
    ("EXDEV", "Invalid cross-device link"),
    ("ERR_INVALID_ARG_VALUE", "file name contained an unexpected NUL byte"),
];

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::words;

    #[test]
    fn the_words_are_those_of_the_system() {
        let numbers = [
            ("E2BIG", 7),
            ("EAGAIN", 11),
            ("EBADF", 9),
            ("EBUSY", 16),
            ("EDQUOT", 122),
            ("EEXIST", 17),
            ("EFAULT", 14),
            ("EFBIG", 27),
            ("EILSEQ", 84),
            ("EINTR", 4),
            ("EINVAL", 22),
            ("EIO", 5),
            ("EISDIR", 21),
            ("ELOOP", 40),
            ("EMFILE", 24),
            ("EMLINK", 31),
            ("ENAMETOOLONG", 36),
            ("ENFILE", 23),
            ("ENODEV", 19),
            ("ENOEXEC", 8),
            ("ENOMEM", 12),
            ("ENOSPC", 28),
            ("ENOSYS", 38),
            ("ENOTDIR", 20),
            ("ENOTEMPTY", 39),
            ("ENXIO", 6),
            ("EOVERFLOW", 75),
            ("EPIPE", 32),
            ("EROFS", 30),
            ("ESPIPE", 29),
            ("ESTALE", 116),
            ("ETIMEDOUT", 110),
            ("ETXTBSY", 26),
            ("EXDEV", 18),
        ];
        for (code, number) in numbers {
            let system = std::io::Error::from_raw_os_error(number).to_string();
            assert_eq!(Some(format!("{} (os error {number})", words(code).unwrap())), Some(system), "{code}");
        }
        assert_eq!(numbers.len() + 1, super::WORDS.len());
        let error = std::fs::metadata("a\0b").unwrap_err();
        assert_eq!(words("ERR_INVALID_ARG_VALUE").unwrap(), error.to_string());
    }
}

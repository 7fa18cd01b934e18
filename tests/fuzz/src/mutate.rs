//! Mutations that are the same on every machine.

/// What is put into an input: the characters and words on which readers of YAML and of manifests turn.
const TOKENS: [&str; 40] = [
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "- ",
    ": ",
    ":\n",
    "? ",
    "# ",
    "---\n",
    "...\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "!!binary ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    "\\",
    "%YAML 1.2\n",
    "{{ .Values.x }}",
    "null",
    "~",
    "0x1f",
    "1e999",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{1f980}",
    "\0",
    "kind: NetworkPolicy\n",
    "podSelector: {}\n",
];

/// A small generator of pseudo-random numbers (splitmix64).
pub struct Numbers(u64);

impl Numbers {
    /// The numbers for one mutation of one seed.
    pub fn new(seed: &str, mutation: u64) -> Self {
        let mut numbers = Self(mutation);
        for byte in seed.bytes() {
            numbers.0 ^= u64::from(byte);
            numbers.next();
        }
        numbers
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }
}

/// One to four changes of `input`; `others` lend their pieces.
pub fn mutate(input: &[u8], others: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=numbers.below(4) {
        let start = numbers.below(bytes.len() + 1);
        let end = (start + 1 + numbers.below(24)).min(bytes.len());
        match numbers.below(6) {
            0 => {
                bytes.drain(start..end);
            }
            1 => {
                let piece = bytes[start..end].to_vec();
                let at = numbers.below(bytes.len() + 1);
                bytes.splice(at..at, piece);
            }
            2 => {
                let token = TOKENS[numbers.below(TOKENS.len())];
                bytes.splice(start..start, token.bytes());
            }
            3 => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            4 => {
                let other = numbers.below(others.len());
                let other = others.get(other).map_or(&[][..], Vec::as_slice);
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(80)).min(other.len());
                bytes.splice(start..end, other[from..to].iter().copied());
            }
            _ => bytes.truncate(start),
        }
    }
    bytes
}

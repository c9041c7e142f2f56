//! Written: how things are written down for others to read: hashes as digits, words as patterns of SQL.

/// Bytes in hexadecimal, two lower-case digits each.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

/// A pattern for ILIKE that finds the words as they stand: signs of patterns stand for themselves.
pub(crate) fn containing(words: &str) -> String {
    let escaped = words.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_their_zeros_and_patterns_their_words() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        assert_eq!(containing(r"100 % _x\"), r"%100 \% \_x\\%");
    }
}

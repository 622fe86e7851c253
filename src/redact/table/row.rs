//! Rows of tables: cells between signs, quoted cells whole, and the lines that only rule a table off.

/// The cells of a line: where each begins and ends. A cell in quotes may hold the sign.
pub(super) fn split(line: &[u8], sign: u8) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let open = start + line[start..].iter().take_while(|byte| **byte == b' ').count();
        let mut from = start;
        if line.get(open) == Some(&b'"') && matches!(sign, b',' | b';') {
            // To the quote that is not doubled; without one, quotes mean nothing.
            let mut at = open + 1;
            while let Some(quote) = memchr::memchr(b'"', &line[at.min(line.len())..]).map(|found| at + found)
            {
                if line.get(quote + 1) != Some(&b'"') {
                    from = quote + 1;
                    break;
                }
                at = quote + 2;
            }
        }
        let end = memchr::memchr(sign, &line[from..]).map(|at| from + at);
        next = end.map(|end| end + 1);
        Some((start, end.unwrap_or(line.len())))
    })
}

/// A line of dashes and joints, as below the header of a printed table.
pub(super) fn is_ruler(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() > 2
        && line.iter().all(|byte| matches!(byte, b'-' | b'=' | b'+' | b'|' | b':' | b' ' | b'\t'))
        && line.iter().filter(|byte| matches!(byte, b'-' | b'=')).count() * 2 >= line.len()
}

/// Where the runs of dashes of a ruler begin, if only blanks are between them.
pub(super) fn places(line: &[u8]) -> Option<Vec<usize>> {
    let line = line.trim_ascii_end();
    if !is_ruler(line) || line.iter().any(|byte| !matches!(byte, b'-' | b'=' | b' ')) {
        return None;
    }
    let begins =
        |at: &usize| line[*at] != b' ' && at.checked_sub(1).is_none_or(|before| line[before] == b' ');
    Some((0..line.len()).filter(begins).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str, sign: u8) -> Vec<&str> {
        split(line.as_bytes(), sign).map(|(from, to)| &line[from..to]).collect()
    }

    #[test]
    fn cells_in_quotes_stay_whole() {
        assert_eq!(cells("a,\"b,c\",\"d\"\"e,\",f", b','), ["a", "\"b,c\"", "\"d\"\"e,\"", "f"]);
        assert_eq!(cells("a|b||", b'|'), ["a", "b", "", ""]);
        assert_eq!(cells("\"open, b", b','), ["\"open", " b"]);
        assert_eq!(cells("", b','), [""]);
    }

    #[test]
    fn rulers_are_told_from_rows() {
        for line in ["----+-----", "|---|:--:|", "+------+---+", "-------- ----"] {
            assert!(is_ruler(line.as_bytes()), "{line}");
        }
        for line in ["- a", "2018-01-01", "a | b", "--", ""] {
            assert!(!is_ruler(line.as_bytes()), "{line}");
        }
        assert_eq!(places(b"---- ------  --\r"), Some(vec![0, 5, 13]));
    }
}

//! Ages and sizes as people write them: `14d`, `200MB`.

use chrono::Duration;

/// An age: a whole number with `s`, `m`, `h`, `d` or `w`.
pub fn parse_age(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    Duration::try_seconds(i64::try_from(number).ok()?.checked_mul(seconds)?)
}

/// A size: a whole number with `B`, `kB`, `KB`, `MB`, `GB` (powers of 1000), `KiB`, `MiB` or `GiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let bytes = match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(bytes)
}

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim_start_matches(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        let table = [
            ("90s", Some(90)),
            ("15m", Some(900)),
            ("36h", Some(129_600)),
            ("14d", Some(1_209_600)),
            ("2w", Some(1_209_600)),
            ("0d", Some(0)),
            ("14", None),
            ("d", None),
            ("", None),
            ("-1d", None),
            ("1.5d", None),
            ("14days", None),
            ("99999999999999999999d", None),
            ("9223372036854775807w", None),
        ];
        for (text, seconds) in table {
            assert_eq!(parse_age(text).map(|age| age.num_seconds()), seconds, "{text}");
        }
    }

    #[test]
    fn sizes() {
        let table = [
            ("5B", Some(5)),
            ("2kB", Some(2_000)),
            ("2KB", Some(2_000)),
            ("200MB", Some(200_000_000)),
            ("200 MB", Some(200_000_000)),
            ("1GB", Some(1_000_000_000)),
            ("4KiB", Some(4_096)),
            ("1MiB", Some(1_048_576)),
            ("1GiB", Some(1_073_741_824)),
            ("200", None),
            ("MB", None),
            ("1TB", None),
            ("99999999999999999GB", None),
        ];
        for (text, bytes) in table {
            assert_eq!(parse_size(text), bytes, "{text}");
        }
    }
}

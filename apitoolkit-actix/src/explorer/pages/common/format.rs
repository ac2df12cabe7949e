use std::{
    fmt,
    time::{Duration, SystemTime},
};

use maud::{Markup, html};

/// A duration in the unit that suits it, with three digits.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer::pages) struct Took(pub(in crate::explorer::pages) Duration);

/// A number of bytes in the unit that suits it.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer::pages) struct Bytes(pub(in crate::explorer::pages) u64);

/// A number with its thousands apart.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer::pages) struct Amount(pub(in crate::explorer::pages) u64);

/// So many of something whose plural ends in `s`.
pub(in crate::explorer::pages) fn counted(amount: usize, one: &str) -> String {
    format!("{} {one}{}", Amount(amount as u64), if amount == 1 { "" } else { "s" })
}

/// A point in time: how long ago, and exactly when one looks closer.
pub(in crate::explorer::pages) fn time(when: SystemTime, now: SystemTime) -> Markup {
    html! {
        time datetime=(humantime::format_rfc3339_millis(when)) title=(exact(when)) {
            (ago(when, now))
        }
    }
}

/// `2026-11-20 17:46:25.123 UTC`
pub(in crate::explorer::pages) fn exact(when: SystemTime) -> String {
    let text = humantime::format_rfc3339_millis(when).to_string();
    text.replacen('T', " ", 1).replacen('Z', " UTC", 1)
}

/// A part of one, as a percentage.
pub(in crate::explorer::pages) fn percent(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        small if small < 0.1 => "< 0.1 %".to_owned(),
        some if some < 9.95 => format!("{some:.1} %"),
        most if most > 99.0 && most < 100.0 => format!("{most:.1} %"),
        much => format!("{much:.0} %"),
    }
}

fn ago(when: SystemTime, now: SystemTime) -> String {
    let seconds = now.duration_since(when).unwrap_or_default().as_secs();
    match seconds {
        0 => "now".to_owned(),
        1..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        if seconds >= 60.0 {
            let whole = self.0.as_secs();
            return write!(f, "{} min {} s", whole / 60, whole % 60);
        }
        let (number, unit) = match seconds {
            some if some >= 0.999_5 => (some, "s"),
            some if some >= 0.000_999_5 => (some * 1e3, "ms"),
            some => (some * 1e6, "µs"),
        };
        let decimals = match number {
            0.0 => 0,
            some if some < 9.995 => 2,
            some if some < 99.95 => 1,
            _ => 0,
        };
        write!(f, "{number:.decimals$} {unit}")
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut number = self.0 as f64;
        let mut unit = "B";
        for larger in ["KiB", "MiB", "GiB"] {
            if number < 1_023.5 {
                break;
            }
            number /= 1_024.0;
            unit = larger;
        }
        let decimals = usize::from(unit != "B" && number < 9.95);
        write!(f, "{number:.decimals$} {unit}")
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let shown = |micros| Took(Duration::from_micros(micros)).to_string();
        let shown = [0, 7, 999, 1_000, 12_340, 123_400, 999_600, 61_000_000].map(shown);
        assert_eq!(
            shown,
            ["0 µs", "7.00 µs", "999 µs", "1.00 ms", "12.3 ms", "123 ms", "1.00 s", "1 min 1 s"]
        );
    }

    #[test]
    fn sizes_and_amounts() {
        let bytes = [0, 1_023, 1_024, 65_536, 2_202_009].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(bytes, ["0 B", "1023 B", "1.0 KiB", "64 KiB", "2.1 MiB"]);
        let amounts = [0, 999, 1_000, 1_234_567].map(|amount| Amount(amount).to_string());
        assert_eq!(amounts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 1_000].map(|n| counted(n, "span")), ["1 span", "1,000 spans"]);
        let parts = [0.0, 0.0001, 0.034, 0.5, 0.998, 1.0].map(percent);
        assert_eq!(parts, ["0 %", "< 0.1 %", "3.4 %", "50 %", "99.8 %", "100 %"]);
    }

    #[test]
    fn times_say_how_long_ago_and_exactly_when() {
        let when = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
        assert_eq!(
            time(when, when + Duration::from_secs(130)).into_string(),
            "<time datetime=\"1970-01-01T00:00:01.500Z\" title=\"1970-01-01 00:00:01.500 UTC\">\
             2 min ago</time>"
        );
    }
}

use std::fs;

/// Memory and CPU time of this process so far, where the system tells.
pub(crate) fn usage() -> String {
    let memory = field("/proc/self/status", "VmRSS:").unwrap_or_else(|| "unknown".to_owned());
    let peak = field("/proc/self/status", "VmHWM:").unwrap_or_else(|| "unknown".to_owned());
    format!("resident memory {memory}, at its peak {peak}")
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.get(name.len()..)?.split_whitespace().collect::<Vec<_>>().join(" "))
}

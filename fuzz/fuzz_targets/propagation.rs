//! `traceparent`, `tracestate` and `baggage`: one header a line, its name, a colon and its value.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::fuzzing::propagated;

apitoolkit_fuzz::target!("propagation", run);

const NAMES: [&[u8]; 3] = [b"traceparent:", b"tracestate:", b"baggage:"];
const PARENT: &[u8] = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn run(data: &[u8]) {
    let lines = NAMES.map(|name| {
        let lines = data.split(|&byte| byte == b'\n');
        lines.filter_map(|line| line.strip_prefix(name)).collect::<Vec<_>>()
    });
    let [parents, states, baggage] = &lines;
    let written = propagated([parents, states, baggage]);
    is_valid(&written);
    if parents.len() != 1 {
        assert_eq!(written[0], None, "not one parent is none");
    }
    // What was written is read again, and written as it was.
    again(&written);
    // Beside a parent of ours every list of vendors and every baggage stands for itself.
    let written = propagated([&[PARENT], states, baggage]);
    is_valid(&written);
    assert_eq!(written[0].as_deref(), Some(PARENT));
    again(&written);
}

/// Another's parent goes with its list of vendors, and never without a trace.
fn is_valid([parent, state, baggage]: &[Option<Vec<u8>>; 3]) {
    if let Some(parent) = parent {
        let [version, trace, span, flags] = fields(parent);
        assert_eq!(version, b"00");
        for (field, length) in [(trace, 32), (span, 16), (flags, 2)] {
            assert_eq!(field.len(), length);
            assert!(field.iter().all(|byte| b"0123456789abcdef".contains(byte)));
        }
        assert!(trace.iter().chain(span).any(|byte| *byte != b'0'));
    }
    assert!(parent.is_some() || state.is_none());
    for value in [state, baggage].into_iter().flatten() {
        assert!(!value.is_empty() && value.len() <= 8_192, "{} B", value.len());
        assert!(value.iter().all(|byte| matches!(byte, b' '..=b'~')), "{value:?}");
    }
    let members = state.iter().flat_map(|state| state.split(|byte| *byte == b','));
    assert!(members.count() <= 32);
}

fn fields(parent: &[u8]) -> [&[u8]; 4] {
    let fields: Vec<_> = parent.split(|byte| *byte == b'-').collect();
    fields.try_into().expect("four fields")
}

fn again(written: &[Option<Vec<u8>>; 3]) {
    let lines = written.each_ref().map(|value| value.as_deref());
    let [parent, state, baggage] = lines.each_ref().map(Option::as_slice);
    let read = propagated([parent, state, baggage]);
    assert_eq!(read[..2], written[..2]);
    // A baggage is a set, in no order.
    let members = |baggage: &Option<Vec<u8>>| {
        let mut members: Vec<Vec<u8>> = baggage
            .iter()
            .flat_map(|b| b.split(|byte| *byte == b',').map(<[u8]>::to_vec))
            .collect();
        members.sort();
        members
    };
    assert_eq!(members(&read[2]), members(&written[2]));
}

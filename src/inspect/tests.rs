//! Records of frames: whole, cut, in pieces, from the middle of a connection.

mod properties;

use super::fields::Bits;
use super::kept::{BEGINNING, END};
use super::{FrameRecord, Observer, Value, Verdict};
use crate::protocol::{
    Frame, FrameHeader, Limits, MaskKey, Opcode, ProtocolError, Role, Utf8Error, Utf8Fault, mask,
};
use std::time::Duration;

const AT: Duration = Duration::from_millis(7);
const KEY: MaskKey = MaskKey([0x37, 0xfa, 0x21, 0x3d]);
/// All records of one direction, and what is unfinished.
fn observe(mut observer: Observer, bytes: &[u8], sizes: &[usize]) -> Vec<FrameRecord> {
    let (mut rest, mut records) = (bytes, Vec::new());
    for size in sizes.iter().cycle() {
        let (now, later) = rest.split_at(rest.len().min(*size));
        if now.is_empty() {
            break;
        }
        records.extend(observer.receive(now, AT));
        rest = later;
    }
    if !observer.is_over() {
        records.extend(observer.unfinished(AT));
    }
    records
}

/// Each bit belongs to exactly one field, and the fields say what the bits are.
fn assert_partition(record: &FrameRecord) {
    let arrived = record.hex.0.len() as u64 + record.cut;
    let mut bits = vec![0_u8; 8 * arrived as usize];
    let byte_at = |at: u64| record.hex.0.get(at as usize).copied();
    for field in &record.fields {
        let [start, end] = field.at;
        assert!(start < end && end <= arrived, "{field:?}");
        let mask = field.bits.map_or(0xff, |Bits { mask, .. }| mask);
        if let Some(Bits { byte, mask }) = field.bits {
            assert_eq!(end, start + 1);
            assert_eq!(Some(byte), byte_at(start), "{field:?}");
            let value = u64::from((byte & mask) >> mask.trailing_zeros());
            assert_eq!(field.value, Value::Number(value), "{field:?}");
        }
        for at in start..end {
            for bit in (0..8).filter(|bit| mask & (1 << bit) != 0) {
                bits[8 * at as usize + bit] += 1;
            }
        }
    }
    assert!(bits.iter().all(|owners| *owners == 1), "{record:?}");
    let names: Vec<_> = record.fields.iter().map(|field| field.name as u8).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(record.reads.iter().sum::<u64>(), arrived);
}

fn masked(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame::whole(opcode, payload).encode(Some(KEY), &mut bytes);
    bytes
}

const fn refused(error: ProtocolError, at: Option<u64>) -> Verdict {
    Verdict::Refused { error, at }
}

fn watch(observer: &mut Observer, bytes: &[u8]) -> FrameRecord {
    let mut records = observer.receive(bytes, AT);
    assert_eq!(records.len(), 1, "{records:?}");
    records.remove(0)
}

#[test]
fn a_record_as_json() {
    let bytes = masked(Opcode::Text, b"Hello");
    let mut observer = Observer::new(Role::Client, Limits::CHAT);
    assert_eq!(observer.receive(&bytes[..6], AT), []);
    let record = watch(&mut observer, &bytes[6..]);
    let json = serde_json::to_value(&record).expect("JSON");
    let expected = serde_json::json!({
        "t": "frame", "n": 1, "dir": "in", "us": 7000, "reads": [6, 5],
        "hex": "818537fa213d7f9f4d5158", "cut": 0,
        "fields": [
            {"name": "fin", "at": [0, 1], "bits": "1.......", "value": 1},
            {"name": "rsv", "at": [0, 1], "bits": ".000....", "value": 0},
            {"name": "opcode", "at": [0, 1], "bits": "....0001", "value": 1},
            {"name": "mask", "at": [1, 2], "bits": "1.......", "value": 1},
            {"name": "length", "at": [1, 2], "bits": ".0000101", "value": 5},
            {"name": "key", "at": [2, 6], "value": "37fa213d"},
            {"name": "payload", "at": [6, 11], "value": 5},
        ],
        "plain": "48656c6c6f",
        "msg": {"id": 1, "part": 1, "last": true},
        "verdict": {"ok": true},
    });
    assert_eq!(json, expected);
    let refused = watch(&mut observer, &[0xc1, 0x82]);
    let json = serde_json::to_value(&refused).expect("JSON");
    let verdict = serde_json::json!({"ok": false, "rule": "rsv", "section": "5.2", "close": 1002});
    assert_eq!((&json["verdict"], &json["n"]), (&verdict, &2.into()));
    assert!(json.get("msg").is_none());
    assert_eq!(observer.receive(&bytes, AT), [], "nothing follows");
}

#[test]
fn a_wrong_byte_is_told_before_the_frame_is_complete() {
    let mut bytes = vec![0x01, 0x83];
    bytes.extend(KEY.0);
    let mut payload = b"a\xffb".to_vec();
    mask::apply(KEY, &mut payload);
    bytes.extend(payload);
    let mut observer = Observer::new(Role::Client, Limits::CHAT);
    assert_eq!(observer.receive(&bytes[..7], AT), []);
    let record = watch(&mut observer, &bytes[7..8]);
    let (fault, byte) = (Utf8Fault::NeverLegal, 0xff);
    let error = ProtocolError::InvalidUtf8(Utf8Error { fault, byte, at: 1 });
    assert_eq!(record.verdict, refused(error, Some(7)));
    assert_eq!(
        (record.plain.0, record.reads),
        (b"a\xff".to_vec(), vec![7, 1])
    );
}

#[test]
fn of_a_long_frame_the_middle_is_counted() {
    let payload: Vec<u8> = (0..70_000_u32).map(|at| (at % 251) as u8).collect();
    let bytes = masked(Opcode::Binary, &payload);
    let mut observer = Observer::new(Role::Client, Limits::ECHO);
    let whole = watch(&mut observer, &bytes);
    assert_partition(&whole);
    assert_eq!(whole.hex.0.len(), BEGINNING + END);
    assert_eq!(whole.cut, (bytes.len() - BEGINNING - END) as u64);
    let (beginning, end) = (&payload[..BEGINNING - 14], &payload[payload.len() - END..]);
    assert_eq!(whole.plain.0, [beginning, end].concat());

    // A frame whose middle was never kept gives this record, too.
    let cut = [(300, 64), (300, 0), (5_000, 5_000), (BEGINNING, END)];
    for (first, last) in cut {
        let omitted = (bytes.len() - first - last) as u64;
        let end = &bytes[bytes.len() - last..];
        let record = observer.receive_cut(&bytes[..first], omitted, end, AT);
        let record = record.expect("a frame");
        let (shown, ended) = (first.min(BEGINNING), last.min(END));
        // The middle of a client's frame was not seen.
        assert_eq!(record.verdict, Verdict::Unfinished);
        assert_eq!(record.hex.0.len(), shown + ended, "{first} {last}");
        assert_eq!(record.cut, (bytes.len() - shown - ended) as u64);
        let expected = [&payload[..shown - 14], &payload[payload.len() - ended..]].concat();
        assert_eq!(record.plain.0, expected, "{first} {last}");
        assert_eq!(record.fields, whole.fields);
    }
}

#[test]
fn a_frame_in_many_reads_keeps_its_sum() {
    let bytes = masked(Opcode::Binary, &[7; 3_000]);
    let records = observe(Observer::new(Role::Client, Limits::ECHO), &bytes, &[1]);
    let [record] = records.as_slice() else {
        panic!("{records:?}");
    };
    assert_eq!(record.reads.len(), 1_024);
    assert_partition(record);
}

#[test]
fn midway_a_continuation_continues_what_nobody_saw() {
    let (rest, ping) = (b"\x00\x01\xac", b"\x89\x00");
    let (last, text) = (b"\x80\x01\xff", b"\x81\x02hi");
    let mut observer = Observer::midway(Role::Server, Limits::CHAT);
    let places: Vec<_> = [&rest[..], ping, last, text]
        .map(|bytes| watch(&mut observer, bytes))
        .into_iter()
        .inspect(|record| assert_eq!(record.verdict, Verdict::Right))
        .map(|record| record.msg.map(|place| (place.id, place.part, place.last)))
        .collect();
    let expected = [
        Some((1, 1, false)),
        None,
        Some((1, 2, true)),
        Some((2, 1, true)),
    ];
    assert_eq!(places, expected);
    let nothing = refused(ProtocolError::NothingToContinue, None);
    assert_eq!(watch(&mut observer, last).verdict, nothing);
    let mut from_the_start = Observer::new(Role::Server, Limits::CHAT);
    assert_eq!(watch(&mut from_the_start, rest).verdict, nothing);
}

#[test]
fn a_cut_frame_leaves_its_message_begun() {
    let header = |fin, opcode| {
        let (mut bytes, mask) = (Vec::new(), None);
        let len = 1_000;
        FrameHeader {
            fin,
            opcode,
            mask,
            len,
        }
        .encode(&mut bytes);
        bytes
    };
    let mut observer = Observer::new(Role::Server, Limits::CHAT);
    let mut cut = |bytes: Vec<u8>| observer.receive_cut(&bytes, 1_000, b"", AT);
    let begun = cut(header(false, Opcode::Text)).expect("a frame");
    assert_eq!(begun.verdict, Verdict::Right);
    // The character that these bytes end may have begun in what is missing.
    let rest = watch(&mut observer, b"\x00\x01\xac");
    assert_eq!(
        (rest.verdict, rest.msg.map(|place| place.part)),
        (Verdict::Right, Some(2))
    );
    let another = watch(&mut observer, b"\x81\x00");
    let unfinished = refused(ProtocolError::MessageUnfinished, None);
    assert_eq!(another.verdict, unfinished);

    let mut observer = Observer::new(Role::Server, Limits::CHAT);
    let whole = observer.receive_cut(&header(true, Opcode::Text), 1_000, b"", AT);
    assert_eq!(whole.map(|record| record.verdict), Some(Verdict::Right));
    let text = watch(&mut observer, b"\x81\x01\xff");
    let (fault, byte) = (Utf8Fault::NeverLegal, 0xff);
    let error = ProtocolError::InvalidUtf8(Utf8Error { fault, byte, at: 0 });
    assert_eq!(text.verdict, refused(error, Some(2)));
}

#[test]
fn nothing_follows_a_close() {
    let mut observer = Observer::new(Role::Client, Limits::CHAT);
    let bytes = [
        masked(Opcode::Close, b"\x03\xe8bye"),
        masked(Opcode::Text, b"late"),
    ]
    .concat();
    assert_eq!(watch(&mut observer, &bytes).verdict, Verdict::Right);
    assert!(observer.is_over());
}

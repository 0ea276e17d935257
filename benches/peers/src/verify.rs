//! All contenders do the same work, or nothing is timed.

use super::cases::{Case, Digest, Kind, plain_frame};
use super::codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use super::connection::{Connection, KEPT};
use std::any::type_name;

/// Every message comes out, in order and unmasked; what is not UTF-8 does not. RFC 6455 §8.1.
pub(crate) fn reads<'a, R: ReadPath<'a>>(case: &'a Case) -> Outcome<()> {
    let mut reader = R::new(Connection::endless(&case.wire));
    let mut viewer = Viewer::checking();
    // In two calls: what the first one has read ahead must not be lost to the second.
    let first = case.digest.messages / 2;
    for messages in [first, case.digest.messages - first] {
        reader.read(messages, &mut viewer)?;
    }
    if viewer.digest != Some(case.digest) {
        return Err(format!("{} reads other messages", type_name::<R>()).into());
    }

    let mut reader = R::new(Connection::endless(&case.not_utf8));
    match reader.read(1, &mut viewer) {
        Err(_) => Ok(()),
        Ok(()) => Err(format!("{} takes any text", type_name::<R>()).into()),
    }
}

/// The stream gets the message's frames end to end, and nothing else.
pub(crate) fn writes<'a, W: WritePath<'a>>(payload: &'a [u8]) -> Outcome<()> {
    let frame = plain_frame(Kind::Binary, payload);
    let messages = if frame.len() < KEPT / 3 { 3 } else { 1 };
    let mut writer = W::new(payload);
    writer.write(messages)?;
    if writer.into_connection().into_written() != frame.repeat(messages) {
        return Err(format!("{} writes other bytes", type_name::<W>()).into());
    }
    Ok(())
}

/// The frame is the same each time, memory used again or not.
pub(crate) fn encodes<'a, E: Encode<'a>>(payload: &'a [u8]) -> Outcome<()> {
    let frame = plain_frame(Kind::Binary, payload);
    let (mut viewer, mut expected) = (Viewer::checking(), Digest::default());
    (0..3).for_each(|_| expected.add(Kind::Binary, &frame));
    E::new(payload).encode(3, &mut viewer);
    if viewer.digest != Some(expected) {
        return Err(format!("{} encodes other frames", type_name::<E>()).into());
    }
    Ok(())
}

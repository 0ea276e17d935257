//! §5 once more, the plainest way: one pass over all bytes that have arrived, with copies of
//! everything. Slow, short, and written without a look at the real one.

use ws101::protocol::{Limits, Role};

/// What happens, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happens {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Vec<u8>),
    /// A broken rule, and the close code that it deserves.
    Refused(u16),
    /// A header that has not all arrived: it may show already that it is wrong, or not.
    HeaderUnfinished,
}

struct Header {
    first: u8,
    len: u64,
    key: [u8; 4],
    size: usize,
}

/// A message that has begun.
struct Begun {
    opcode: u8,
    payload: Vec<u8>,
    frames: u32,
}

pub(crate) fn run(mut bytes: &[u8], sender: Role, limits: Limits) -> Vec<Happens> {
    let (mut happens, mut begun) = (Vec::new(), None);
    while !matches!(
        happens.last(),
        Some(Happens::Refused(_) | Happens::Close(_))
    ) {
        let header = match header(bytes, sender) {
            Ok(Some(header)) => header,
            Ok(None) if bytes.len() < 2 => break,
            Ok(None) => {
                happens.push(Happens::HeaderUnfinished);
                break;
            }
            Err(()) => {
                happens.push(Happens::Refused(1002));
                break;
            }
        };
        let arrived = &bytes[header.size..];
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        let is_whole = arrived.len() >= len;
        let payload = (arrived.iter().take(len).enumerate())
            .map(|(at, byte)| byte ^ header.key[at % 4])
            .collect();
        happens.extend(match header.first & 0x0f {
            opcode @ 8.. => is_whole.then(|| control(opcode, payload)),
            _ => data(&mut begun, &header, payload, is_whole, limits),
        });
        if !is_whole {
            break;
        }
        bytes = &arrived[len..];
    }
    happens
}

/// §5.2.
fn header(bytes: &[u8], sender: Role) -> Result<Option<Header>, ()> {
    let [first, rest @ ..] = bytes else {
        return Ok(None);
    };
    let opcode = first & 0x0f;
    if first & 0x70 != 0 || matches!(opcode, 3..=7 | 11..) || (opcode >= 8 && first & 0x80 == 0) {
        return Err(());
    }
    let [second, rest @ ..] = rest else {
        return Ok(None);
    };
    let (is_masked, short) = (second & 0x80 != 0, second & 0x7f);
    if is_masked != (sender == Role::Client) || (opcode >= 8 && short > 125) {
        return Err(());
    }
    let (len_size, least) = match short {
        126 => (2, 126),
        127 => (8, 65_536),
        _ => (0, 0),
    };
    let key_size = if is_masked { 4 } else { 0 };
    if rest.len() < len_size + key_size {
        return Ok(None);
    }
    let be = |len, byte: &u8| len << 8 | u64::from(*byte);
    let len = match len_size {
        0 => u64::from(short),
        _ => rest[..len_size].iter().fold(0, be),
    };
    if len < least || len >> 63 == 1 {
        return Err(());
    }
    let mut key = [0; 4];
    key[..key_size].copy_from_slice(&rest[len_size..len_size + key_size]);
    Ok(Some(Header {
        first: *first,
        len,
        key,
        size: 2 + len_size + key_size,
    }))
}

/// §5.5.
fn control(opcode: u8, payload: Vec<u8>) -> Happens {
    match (opcode, payload.as_slice()) {
        (9, _) => Happens::Ping(payload),
        (10, _) => Happens::Pong(payload),
        (_, []) => Happens::Close(payload),
        (_, [_]) => Happens::Refused(1002),
        (_, [high, low, reason @ ..]) => match u16::from_be_bytes([*high, *low]) {
            1000..=1003 | 1007..=1014 | 3000..=4999 => match std::str::from_utf8(reason) {
                Ok(_) => Happens::Close(payload),
                Err(_) => Happens::Refused(1007),
            },
            _ => Happens::Refused(1002),
        },
    }
}

/// §5.4 and §8.1: what has arrived of a data frame joins its message.
fn data(
    begun: &mut Option<Begun>,
    header: &Header,
    payload: Vec<u8>,
    is_whole: bool,
    limits: Limits,
) -> Option<Happens> {
    let (fin, opcode) = (header.first & 0x80 != 0, header.first & 0x0f);
    if (opcode == 0) != begun.is_some() {
        return Some(Happens::Refused(1002));
    }
    let message = begun.get_or_insert_with(|| Begun {
        opcode,
        payload: Vec::new(),
        frames: 0,
    });
    message.frames += 1;
    if message.payload.len() as u64 + header.len > limits.message {
        return Some(Happens::Refused(1009));
    }
    if message.frames > limits.fragments {
        return Some(Happens::Refused(1008));
    }
    message.payload.extend(payload);
    let is_last = fin && is_whole;
    if message.opcode == 1
        && let Err(error) = std::str::from_utf8(&message.payload)
        && (error.error_len().is_some() || is_last)
    {
        return Some(Happens::Refused(1007));
    }
    let message = begun.take_if(|_| is_last)?;
    Some(match message.opcode {
        1 => Happens::Text(message.payload),
        _ => Happens::Binary(message.payload),
    })
}

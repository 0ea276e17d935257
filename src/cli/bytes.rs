//! Bytes as people write and paste them: hexadecimal digits, dumps of `xxd` and `hexdump -C`, C arrays,
//! strings with `\x` escapes, and the text of an HTTP head.

/// Bytes that were written in one of these notations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

/// Parses any of these notations. Input that is not text is taken as the bytes themselves.
pub(super) fn parse(input: &[u8]) -> Result<Bytes, String> {
    let text = match std::str::from_utf8(input) {
        Ok(text) if !is_raw(text) => text,
        _ => return Ok(Bytes(input.to_vec())),
    };
    if is_http(text) {
        return Ok(Bytes(http(text)));
    }
    if text.contains("\\x") {
        return escaped(text).map(Bytes);
    }
    let mut bytes = Vec::new();
    // The last line of `hexdump -C` is an offset alone.
    let is_dump = text.lines().any(|line| line.ends_with('|'));
    let lines = text.lines().filter(|line| !is_dump || line.contains(' '));
    for line in lines {
        words(hex_of_line(line), &mut bytes)?;
    }
    Ok(Bytes(bytes))
}

/// Parses an argument of the command line, which must hold at least one byte.
pub(super) fn parse_argument(text: &str) -> Result<Bytes, String> {
    match parse(text.as_bytes())? {
        Bytes(bytes) if bytes.is_empty() => Err(explain(text)),
        bytes => Ok(bytes),
    }
}

/// Writes two digits per byte, with blanks between the bytes.
pub(super) fn spaced(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

/// Whether the input is bytes and not a notation for them: people do not type control characters.
fn is_raw(text: &str) -> bool {
    text.chars()
        .any(|character| character.is_control() && !matches!(character, '\r' | '\n' | '\t'))
}

/// Whether the text begins like `GET /ws HTTP/1.1` or `HTTP/1.1 101`.
fn is_http(text: &str) -> bool {
    let line = text.trim_start().lines().next().unwrap_or_default();
    let line = line.split("\\r").next().unwrap_or_default();
    let (method, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    line.starts_with("HTTP/") || is_method && rest.contains("HTTP/")
}

/// An HTTP head with its line ends restored. One that was copied from a page has lost its CRs, and an argument
/// of a shell may have them spelt out.
fn http(text: &str) -> Vec<u8> {
    if text.contains('\r') {
        return text.as_bytes().to_vec();
    }
    if text.contains("\\r\\n") {
        return text.replace("\\r\\n", "\r\n").into_bytes();
    }
    let head = text.trim().replace('\n', "\r\n");
    format!("{head}\r\n\r\n").into_bytes()
}

/// Parses `\x81\x05Hello`, in quotes or not. Characters without a backslash stand for themselves.
fn escaped(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim().trim_start_matches(['b', '$']);
    let text = text.trim_matches(['"', '\'']);
    let mut bytes = Vec::new();
    let mut parts = text.split('\\');
    let literal = |part: &str, bytes: &mut Vec<u8>| {
        bytes.extend(part.bytes().filter(|byte| *byte != b'\n'));
    };
    literal(parts.next().unwrap_or_default(), &mut bytes);
    while let Some(part) = parts.next() {
        let (byte, rest) = match part.as_bytes() {
            [b'x', high, low, ..] if part.is_char_boundary(3) => {
                let byte = digits(&[*high, *low]).ok_or_else(|| explain(&format!("\\{part}")))?;
                (byte[0], &part[3..])
            }
            [b'0', ..] => (0, &part[1..]),
            [b'n', ..] => (b'\n', &part[1..]),
            [b'r', ..] => (b'\r', &part[1..]),
            [b't', ..] => (b'\t', &part[1..]),
            [quote @ (b'"' | b'\''), ..] => (*quote, &part[1..]),
            // Two backslashes stand for one.
            [] => (b'\\', parts.next().unwrap_or_default()),
            _ => return Err(explain(&format!("\\{part}"))),
        };
        bytes.push(byte);
        literal(rest, &mut bytes);
    }
    Ok(bytes)
}

/// The digits in a line: without the offset and the text column of a dump, without the C around an array.
fn hex_of_line(line: &str) -> &str {
    let line = line.trim();
    let is_offset =
        |word: &str| word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some((offset, rest)) = line.split_once(": ")
        && is_offset(offset)
    {
        return rest.split("  ").next().unwrap_or_default();
    }
    if let Some((offset, rest)) = line.split_once("  ")
        && is_offset(offset)
        && let Some((hex, _)) = rest.split_once('|')
    {
        return hex;
    }
    if line.contains("0x") || line.contains(['{', '}', ';']) {
        let begin = line.find("0x").unwrap_or(line.len());
        let end = line[begin..].find('}').unwrap_or(line.len() - begin);
        return &line[begin..begin + end];
    }
    line
}

fn words(line: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
    let is_between = |character: char| character.is_whitespace() || ",;:-".contains(character);
    for word in line.split(is_between).filter(|word| !word.is_empty()) {
        let word = word.strip_prefix("0x").unwrap_or(word);
        bytes.extend(digits(word.as_bytes()).ok_or_else(|| explain(word))?);
    }
    Ok(())
}

/// The bytes that pairs of digits stand for; `None` for an odd number of them, or any other character.
fn digits(word: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).map(|value| value as u8);
    let pairs = word.chunks(2).map(|pair| match pair {
        [high, low] => Some(value(high)? << 4 | value(low)?),
        _ => None,
    });
    pairs.collect()
}

fn explain(word: &str) -> String {
    format!("{word:?} is not hexadecimal: write two digits per byte, such as 81 05 48 65 6c 6c 6f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_frame_in_every_notation() {
        for text in [
            "818537fa213d7f9f4d5158",
            "81 85 37 fa 21 3d 7f 9f 4d 51 58\n",
            "81:85:37:fa:21:3d:7f:9f:4d:51:58",
            "8185 37FA\n213d 7f9f\n\n4d51 58",
            "0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58",
            "0x818537fa213d7f9f4d5158",
            "unsigned char frame[] = {\n  0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,\n  0x7f, 0x9f, \
             0x4d, 0x51, 0x58\n};\nunsigned int frame_len = 11;\n",
            "uint8_t f[11] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };",
            "00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n",
            "00000000: 8185 37fa 213d 7f9f  ..7.!=..\n00000008: 4d51 58              MQX\n",
            "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n\
             0000000b\n",
            "\\x81\\x85\\x37\\xfa\\x21\\x3d\\x7f\\x9f\\x4d\\x51\\x58",
            "b'\\x81\\x857\\xfa!=\\x7f\\x9fMQX'",
            "\"\\x81\\x85\\x37\\xfa!=\\x7f\\x9fMQ\\x58\"\n",
            "$'\\x81\\x857\\xfa!=\\x7f\\x9fMQX'",
        ] {
            let expected = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58".to_vec();
            assert_eq!(parse(text.as_bytes()), Ok(Bytes(expected)), "{text}");
        }
        let others = parse(b"\\x81\\n\\r\\t\\0\\\\\\'q");
        assert_eq!(others, Ok(Bytes(b"\x81\n\r\t\0\\'q".to_vec())));
    }

    #[test]
    fn bytes_that_are_not_text_are_themselves() {
        for raw in [&b"\x81\x05Hello"[..], b"\x01\x02hi", b"\x89\x00"] {
            assert_eq!(parse(raw), Ok(Bytes(raw.to_vec())));
        }
    }

    #[test]
    fn a_head_is_text() {
        let head = b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
        for text in [
            "GET /ws HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /ws HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
            "GET /ws HTTP/1.1\nHost: a\n",
            "\nGET /ws HTTP/1.1\nHost: a\n\n",
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(Bytes(head.clone())), "{text:?}");
        }
    }

    #[test]
    fn no_notation_at_all() {
        for text in [
            "8", "81 0", "hello", "81 0g", "0x8", "\\x8", "\\q\\x81", "\\x8g", "\\x8é",
        ] {
            let error = parse(text.as_bytes()).expect_err(text);
            assert!(error.contains("two digits"), "{error}");
        }
        assert!(parse_argument(" ").is_err());
        assert_eq!(parse(b""), Ok(Bytes(Vec::new())));
    }
}

//! What other people wrote, on our terminal: it may be read, and do nothing else.
//!
//! A terminal obeys what it is sent: an escape sequence moves the cursor over older lines, renames
//! the window, or types. So every control character of a stranger's text is shown as its number.

use std::borrow::Cow;

/// `text` with everything that a terminal would obey spelt out; a tab is four blanks.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\t' => shown.push_str("    "),
            obeyed if is_obeyed(obeyed) => shown.extend(obeyed.escape_unicode()),
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

/// Control characters (those from U+0080 on begin sequences, too), line ends of every kind, and
/// those that turn the direction of writing: with them a line could show what it does not say.
const fn is_obeyed(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        for (text, shown) in [
            ("", ""),
            ("hello 👋🏽 Grüße 你好", "hello 👋🏽 Grüße 你好"),
            ("\x1b[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("ring\x07", "ring\\u{7}"),
            ("one\r\ntwo", "one\\u{d}\\u{a}two"),
            ("a\tb", "a    b"),
            ("\u{202e}evil", "\\u{202e}evil"),
        ] {
            assert_eq!(harmless(text), shown, "{text:?}");
        }
    }
}

//! Text that other people wrote, made safe to print on a terminal.
//!
//! A terminal obeys escape sequences: they move the cursor over earlier lines, rename the window, or type.
//! So every control character of a stranger's text is shown as its number.

use std::borrow::Cow;

/// `text` with the number of each character that a terminal obeys; a tab becomes four blanks.
pub(in super::super) fn escape(text: &str) -> Cow<'_, str> {
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

/// Control characters (those from U+0080 on begin sequences, too), line ends of every kind, and characters
/// that change the direction of writing: with them a line could show what it does not say.
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
            assert_eq!(escape(text), shown, "{text:?}");
        }
    }
}

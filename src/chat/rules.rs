//! What a name, a room and a line may be.
//!
//! Lengths are counted in characters, the way people count. Names are shown next to other
//! people's names, so nothing may be in one that cannot be seen, or that reorders or
//! overprints what stands beside it. A line is its author's own affair; only U+0000 is refused.

use super::refusal::{Code, Refusal};

pub(super) const LONGEST_NAME: usize = 32;
pub(super) const LONGEST_ROOM: usize = 32;
pub(super) const LONGEST_TEXT: usize = 2_000;
pub(super) const LONGEST_ID: usize = 64;
/// In the room of the page `/cheeper`, where lines are short.
const LONGEST_CHEEP: usize = 140;
const CHEEPER: &str = "cheeper";
/// Accents over one letter: some scripts need two or three, a tower of them hides the next line.
const MOST_MARKS: usize = 3;

/// Names that would speak with authority.
const RESERVED: [&str; 3] = ["server", "system", "teacher"];

/// `name` without the blanks around it, if it can be one.
pub(super) fn name(name: &str) -> Result<&str, Refusal> {
    let refuse = |why: &str| Err(Refusal::new(Code::BadName, why));
    let name = name.trim();
    if name.is_empty() {
        return refuse("a name has at least one character");
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        return refuse("a name has at most 32 characters");
    }
    if name.chars().any(is_unfit) || name.contains("  ") {
        return refuse(
            "a name has no control, invisible or direction characters, and single blanks only",
        );
    }
    if name.chars().next().is_some_and(is_mark) {
        return refuse("a name begins with a letter, not with an accent");
    }
    let mut marks = 0;
    for character in name.chars() {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if marks > MOST_MARKS {
            return refuse("a name has no towers of accents");
        }
    }
    if RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
    {
        return Err(Refusal::new(
            Code::NameReserved,
            format!("the name {name} is reserved"),
        ));
    }
    Ok(name)
}

/// Names that differ in ASCII case only are the same.
pub(super) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

pub(super) fn room(room: &str) -> Result<&str, Refusal> {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=LONGEST_ROOM).contains(&room.len()) && room.bytes().all(fits) {
        Ok(room)
    } else {
        Err(Refusal::new(
            Code::BadRoom,
            "a room is named with 1 to 32 of a to z, 0 to 9 and -",
        ))
    }
}

/// `text` without the blanks around it, if it can be said in `room`.
pub(super) fn text<'a>(text: &'a str, room: Option<&str>) -> Result<&'a str, Refusal> {
    let text = text.trim();
    let most = if room == Some(CHEEPER) {
        LONGEST_CHEEP
    } else {
        LONGEST_TEXT
    };
    if text.is_empty() {
        return Err(Refusal::new(Code::EmptyText, "there is nothing to say"));
    }
    // The bytes first: fewer bytes than that cannot be more characters.
    if text.len() > most && text.chars().nth(most).is_some() {
        return Err(Refusal::new(
            Code::TextTooLong,
            format!("a line has at most {most} characters here"),
        ));
    }
    if text.contains('\0') {
        return Err(Refusal::new(Code::BadText, "a line has no U+0000"));
    }
    Ok(text)
}

pub(super) fn id(id: &str) -> Result<(), Refusal> {
    if id.chars().nth(LONGEST_ID).is_some() {
        return Err(Refusal::new(
            Code::BadShape,
            "an id has at most 64 characters",
        ));
    }
    Ok(())
}

/// Cannot be seen, or changes how its neighbours look.
fn is_unfit(character: char) -> bool {
    let is_blank = character.is_whitespace() && character != ' ';
    let is_invisible = matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}'
            | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}'
    );
    character.is_control() || is_blank || is_invisible
}

/// A mark that is drawn over or under the character before it.
const fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{93c}' | '\u{941}'..='\u{948}' | '\u{94d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}' | '\u{f71}'..='\u{f84}' | '\u{f8d}'..='\u{fbc}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let longest = "x".repeat(32);
        for good in [
            "a",
            "ada",
            " ada ",
            "Ada L.",
            "ädä",
            "阿达",
            "عائشة",
            "ada🦆",
            "กี้",
            &longest,
        ] {
            assert_eq!(name(good), Ok(good.trim()), "{good:?}");
        }
        let too_long = "x".repeat(33);
        let tower = format!("a{}", "\u{301}".repeat(4));
        for bad in [
            "",
            " ",
            "\t",
            &too_long,
            &tower,
            "a\nb",
            "a\0",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            "\u{200d}",
            "a\u{feff}",
            "a\u{a0}b",
            "a  b",
            "a\u{fe0f}",
            "\u{2800}",
            "\u{e000}",
            "\u{1bca0}x",
            "\u{301}a",
        ] {
            assert_eq!(
                name(bad).map_err(|refusal| refusal.code),
                Err(Code::BadName),
                "{bad:?}"
            );
        }
        for reserved in ["server", "SYSTEM", " Teacher "] {
            let code = name(reserved).map_err(|refusal| refusal.code);
            assert_eq!(code, Err(Code::NameReserved), "{reserved:?}");
        }
    }

    #[test]
    fn texts() {
        let (longest, cheep) = ("ß".repeat(2_000), "ß".repeat(140));
        for (said, in_room, code) in [
            ("hi".to_owned(), "lobby", None),
            (longest.clone(), "lobby", None),
            (longest + "x", "lobby", Some(Code::TextTooLong)),
            (cheep.clone(), "cheeper", None),
            (cheep + "x", "cheeper", Some(Code::TextTooLong)),
            (" \n\u{2003}".to_owned(), "lobby", Some(Code::EmptyText)),
            ("a\0b".to_owned(), "lobby", Some(Code::BadText)),
        ] {
            let refused = text(&said, Some(in_room))
                .map_err(|refusal| refusal.code)
                .err();
            assert_eq!(
                refused,
                code,
                "{} characters in {in_room}",
                said.chars().count()
            );
        }
    }
}

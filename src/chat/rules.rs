//! What a name, a room and a line may be.
//!
//! Lengths are counted in characters, as people count. A name is shown next to other people's names, so it may
//! hold nothing that is invisible, or that reorders or overprints what stands beside it. Unicode's categories
//! say which characters do, in all scripts alike. A line is its author's own affair; only U+0000 is refused.

use super::likeness::Likeness;
use super::refusal::{Code, Refusal};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};
use unicode_security::skeleton;

pub(super) const LONGEST_NAME: usize = 32;
pub(super) const LONGEST_ROOM: usize = 32;
pub(super) const LONGEST_TEXT: usize = 2_000;
pub(super) const LONGEST_ID: usize = 64;
/// In the room of the page `/cheeper`, where lines are short.
const LONGEST_CHEEP: usize = 140;
const CHEEPER: &str = "cheeper";
/// The rooms that our pages open by themselves.
pub(super) const STANDING_ROOMS: [&str; 2] = ["lobby", CHEEPER];
/// The most accents over one letter: some scripts need two or three, and a tower of them hides the next line.
const MOST_STACKED: usize = 3;
/// The most marks on one letter, with those that stand beside it: Burmese needs four for `ကျော်`.
const MOST_MARKS: usize = 5;

/// Names that would speak with authority.
const RESERVED: [&str; 3] = ["server", "system", "teacher"];

/// A name that can be one, and what it is compared by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FitName<'a> {
    pub(crate) text: &'a str,
    pub(super) likeness: Likeness,
}

/// `name` without the blanks around it, if it can be one.
pub(crate) fn name(name: &str) -> Result<FitName<'_>, Refusal> {
    let refuse = |why: &str| Err(Refusal::new(Code::BadName, why));
    let text = name.trim();
    if text.is_empty() {
        return refuse("a name has at least one character");
    }
    if is_too_long(text) {
        return refuse("a name has at most 32 characters");
    }
    if let Some(unfit) = text.chars().find(|&character| is_unfit(character)) {
        let unfit = u32::from(unfit);
        return refuse(&format!(
            "a name has no U+{unfit:04X}: it is invisible, controls something, or has no meaning"
        ));
    }
    if text.contains("  ") {
        return refuse("a name has single blanks only");
    }
    refuse_towers(text)?;
    let likeness = Likeness::of(text);
    if RESERVED.iter().any(|reserved| likeness.spells(reserved)) {
        return Err(Refusal::new(
            Code::NameReserved,
            format!("the name {text} is reserved"),
        ));
    }
    Ok(FitName { text, likeness })
}

/// More characters than a name can have.
pub(super) fn is_too_long(name: &str) -> bool {
    name.chars().nth(LONGEST_NAME).is_some()
}

/// The marks of a name, in the spelling that has the most of them: each stands on something, and in
/// no tower. UTS #39 §5.4.
fn refuse_towers(name: &str) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::new(Code::BadName, why));
    let (mut before, mut in_a_row, mut stacked) = (' ', 0, 0);
    for character in name.nfd() {
        let takes_no_room = match character.general_category() {
            Category::NonspacingMark | Category::EnclosingMark => true,
            Category::SpacingMark => false,
            _ => {
                (before, in_a_row, stacked) = (character, 0, 0);
                continue;
            }
        };
        if before == ' ' {
            return refuse("an accent stands on a letter, not on a blank");
        }
        in_a_row += 1;
        stacked = if takes_no_room { stacked + 1 } else { 0 };
        if before == character || stacked > MOST_STACKED || in_a_row > MOST_MARKS {
            return refuse("a name has no towers of accents");
        }
        before = character;
    }
    Ok(())
}

pub(crate) fn room(room: &str) -> Result<&str, Refusal> {
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

/// Is it a room that has its place whatever other rooms there are? Its lines are not forgotten either.
pub(super) fn is_standing(room: &str) -> bool {
    STANDING_ROOMS.contains(&room)
}

/// `text` without the blanks around it, if it can be said in `room`.
pub(crate) fn text<'a>(text: &'a str, room: Option<&str>) -> Result<&'a str, Refusal> {
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

pub(crate) fn id(id: &str) -> Result<(), Refusal> {
    if id.chars().nth(LONGEST_ID).is_some() {
        return Err(Refusal::new(
            Code::BadShape,
            "an id has at most 64 characters",
        ));
    }
    Ok(())
}

/// Cannot be seen, changes how its neighbours look, or looks different everywhere.
fn is_unfit(character: char) -> bool {
    match character.general_category() {
        // Bidi controls, joiners and tags are formats. Surrogates cannot come up.
        Category::Control
        | Category::Format
        | Category::Surrogate
        | Category::PrivateUse
        | Category::Unassigned
        | Category::LineSeparator
        | Category::ParagraphSeparator => true,
        Category::SpaceSeparator => character != ' ',
        // Symbols with nothing in them: an empty Braille cell, a note without a head, and the place of
        // an object.
        Category::OtherSymbol => matches!(character, '\u{2800}' | '\u{1d159}' | '\u{fffc}'),
        _ => is_ignorable(character),
    }
}

/// Default_Ignorable_Code_Point: fillers and variation selectors, for example. UTS #39's skeleton is
/// without them.
fn is_ignorable(character: char) -> bool {
    skeleton(character.encode_utf8(&mut [0; 4]))
        .next()
        .is_none()
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
            let fit = name(good).map(|name| name.text);
            assert_eq!(fit, Ok(good.trim()), "{good:?}");
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

    /// A tower of any mark that Unicode has.
    #[test]
    fn towers() {
        let is_mark = |character: &char| {
            use Category::{EnclosingMark, NonspacingMark, SpacingMark};
            let category = character.general_category();
            matches!(category, NonspacingMark | SpacingMark | EnclosingMark)
        };
        let marks: Vec<char> = ('\0'..=char::MAX).filter(is_mark).collect();
        assert!(marks.len() > 2_400, "{}", marks.len());
        for mark in marks {
            let tower = format!("a{}", mark.to_string().repeat(25));
            let code = name(&tower).map_err(|refusal| refusal.code);
            assert_eq!(code, Err(Code::BadName), "{mark:?}");
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

//! Which names are one. Two spellings of a name, and two names that look alike, are for one person at
//! a time: otherwise one person could speak as another.
//!
//! A name is compared by two strings, neither of which is ever shown:
//!
//! - its **key** is the name without regard to case and spelling: decomposed (NFKD, UAX #15), folded,
//!   and each letter replaced by the one that it could be mistaken for (the skeleton of UTS #39 §4).
//!   `René` has one key however its é is written, and so have `ada` and `аda` with a Cyrillic а.
//! - its **look** is the key of what it looks like as it is written. Folding first hides a likeness
//!   that only capitals have: `Тom` with a Cyrillic Т looks like `Tom`, but `т` is not like `t`; and
//!   `AI` looks like `Al`, but `ai` is not like `al`.
//!
//! One string for both would not do: capitals would make `n` and `v` the same letter, since Greek Ν
//! looks like N, and ν like v.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// A prototype may itself be folded or decomposed, into something that has a prototype. No character
/// takes more steps than this, and most take one.
const MOST_STEPS: usize = 8;

/// What a name is compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Likeness {
    pub(super) key: String,
    pub(super) look: String,
}

impl Likeness {
    pub(super) fn of(name: &str) -> Self {
        let decomposed: String = name.nfkd().collect();
        let seen: String = skeleton(&decomposed).collect();
        Self {
            key: key(name),
            look: key(&seen),
        }
    }

    /// Do its letters spell `word`, whatever stands around, between and above them?
    pub(super) fn spells(&self, word: &str) -> bool {
        let word = key(word);
        [&self.key, &self.look]
            .into_iter()
            .any(|name| name.chars().filter(is_letter).eq(word.chars()))
    }
}

/// The same for all spellings of a name, and for the key itself.
pub(super) fn key(name: &str) -> String {
    let mut key = name.to_owned();
    for _ in 0..MOST_STEPS {
        let next = skeleton(&fold(&key)).collect();
        if next == key {
            break;
        }
        key = next;
    }
    key
}

/// Are the names the same but for case and spelling? Otherwise they only look it.
pub(super) fn is_same_spelling(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// Decomposed, and without case. `std` has no case folding. There and back and there again makes the
/// same of all letters that the Unicode tables fold together: ẞ becomes ß, SS, and then ss.
fn fold(name: &str) -> String {
    name.nfkd()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkd()
        .collect()
}

fn is_letter(character: &char) -> bool {
    use GeneralCategoryGroup as Group;
    matches!(
        character.general_category_group(),
        Group::Letter | Group::Number
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each letter takes one step at least; these take the most.
    #[test]
    fn a_key_is_its_own_key() {
        for name in ["0", "I", "%", "\"", "β", "ẞ", "ŉ", "ᾧ", "ﷺ", "ǟ", "܀", "ㄱ"] {
            assert_eq!(key(&key(name)), key(name), "{name}");
        }
    }

    #[test]
    fn names_that_are_one() {
        for (one, other, same_key) in [
            ("ada", "ADA", true),
            ("e\u{301}", "É", true),
            ("ẞ", "ss", true),
            ("ς", "Σ", true),
            ("ᾳ", "ΑΙ", true),
            ("𝓼𝓮𝓻𝓿𝓮𝓻", "server", true),
            ("m", "rn", true),
            ("O0o", "000", true),
            ("а–б", "а-б", true),
            ("В", "B", false),
            ("І", "l", false),
        ] {
            let (one_is, other_is) = (Likeness::of(one), Likeness::of(other));
            assert_eq!(one_is.key == other_is.key, same_key, "{one} and {other}");
            assert!(
                same_key || one_is.look == other_is.look,
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn letters_that_stay_apart() {
        let letters = [
            "a", "i", "l", "n", "v", "u", "w", "y", "ä", "б", "д", "ω", "山", "口", "ע", "ن", "न",
        ];
        for (at, one) in letters.iter().enumerate() {
            for other in &letters[at + 1..] {
                let (one_is, other_is) = (Likeness::of(one), Likeness::of(other));
                assert!(one_is.key != other_is.key, "{one} and {other}");
                assert!(one_is.look != other_is.look, "{one} and {other}");
            }
        }
    }

    /// Of letters with accents and cases, of compatibility forms, and of everything.
    fn names() -> impl Strategy<Value = String> {
        let letters = "[A-Za-z0-9à-ɏͰ-ώЀ-џ\u{300}-\u{345}Ḁ-ῼ℀-ⅿ가-힣ﬀ-ﬆＡ-ｚ]{0,12}";
        prop_oneof![letters, "\\PC{0,12}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn all_spellings_have_one_key(name in names()) {
            let key_of_name = key(&name);
            prop_assert_eq!(&key(&key_of_name), &key_of_name);
            // The capital of the iota under a letter stands beside it: so the marks of the letter
            // have to come before it, and that is their order in NFD.
            let decomposed: String = name.nfd().collect();
            for other in [
                name.nfc().collect(),
                name.nfkc().collect(),
                name.nfkd().collect(),
                decomposed.to_uppercase(),
                decomposed.to_lowercase(),
                decomposed,
            ] {
                let other: String = other;
                prop_assert_eq!(&key(&other), &key_of_name, "{:?} of {:?}", other, name);
            }
            for other in [name.nfd().collect::<String>(), name.nfkc().collect()] {
                prop_assert_eq!(Likeness::of(&other), Likeness::of(&name));
            }
        }
    }
}

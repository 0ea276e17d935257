//! The commands that can be typed, and how a line is read.

/// The number of earlier lines, unless `/history` names one.
const EARLIER: usize = 20;

/// The commands in the order of `/help`, each with what it does. The page has the same list.
const COMMANDS: [(&str, &str); 12] = [
    ("/name NAME", "change your name"),
    (
        "/whisper NAME TEXT",
        "a message to one person only; a name with blanks goes in \"quotes\"",
    ),
    ("/join ROOM", "join a room, or turn to one that you are in"),
    ("/leave [ROOM]", "leave a room"),
    ("/people [ROOM]", "list the people in a room"),
    ("/rooms", "list all rooms"),
    ("/history [N]", "show N earlier lines"),
    (
        "/follow [TOPIC …]",
        "receive news on these topics only; without a topic, all news",
    ),
    (
        "/ignore [NAME]",
        "hide a person's lines, or show them again; without a name, list those you ignore",
    ),
    ("/quit", "leave the chat"),
    ("/help", "show this list"),
    ("//TEXT", "say /TEXT"),
];

/// The lines of `/help`.
pub(super) fn help() -> impl Iterator<Item = String> {
    let lines = COMMANDS.iter();
    lines.map(|(usage, what)| format!("{usage:<18}  {what}"))
}

/// A line as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Nothing,
    Say(&'a str),
    Name(&'a str),
    Whisper {
        to: &'a str,
        text: &'a str,
        /// The name stood in quotes, so it is not the beginning of a longer one.
        is_quoted: bool,
    },
    Join(&'a str),
    Leave(Option<&'a str>),
    People(Option<&'a str>),
    Rooms,
    History(usize),
    Follow(Vec<&'a str>),
    Ignore(Option<&'a str>),
    Help,
    Quit,
}

impl<'a> Command<'a> {
    /// Reads a line. The error is a sentence for the person who typed it.
    pub(super) fn parse(line: &'a str) -> Result<Self, String> {
        let line = line.trim();
        let Some(command) = line.strip_prefix('/') else {
            return Ok(if line.is_empty() {
                Self::Nothing
            } else {
                Self::Say(line)
            });
        };
        if command.starts_with('/') {
            return Ok(Self::Say(command));
        }
        let (word, rest) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        Self::with_arguments(word, rest.trim())
    }

    fn with_arguments(word: &'a str, rest: &'a str) -> Result<Self, String> {
        let perhaps = (!rest.is_empty()).then_some(rest);
        match word.to_ascii_lowercase().as_str() {
            "name" | "nick" => needed(rest, "/name NAME").map(Self::Name),
            "whisper" | "msg" => parse_whisper(rest),
            "join" => needed(room(rest), "/join ROOM").map(Self::Join),
            "leave" => Ok(Self::Leave(perhaps.map(room))),
            "people" => Ok(Self::People(perhaps.map(room))),
            "rooms" => Ok(Self::Rooms),
            "history" => match perhaps.map(str::parse) {
                None => Ok(Self::History(EARLIER)),
                Some(Ok(count @ 1..=100)) => Ok(Self::History(count)),
                Some(_) => Err("/history takes a number from 1 to 100".to_owned()),
            },
            "follow" => Ok(Self::Follow(topics(rest))),
            "ignore" => Ok(Self::Ignore(perhaps.map(|name| name.trim_matches('"')))),
            "help" => Ok(Self::Help),
            "quit" => Ok(Self::Quit),
            _ => Err(format!(
                "/{word} is not a command: //{word} says it, /help lists the commands"
            )),
        }
    }
}

/// A room's name; elsewhere one is written with a `#`.
fn room(text: &str) -> &str {
    text.strip_prefix('#').unwrap_or(text)
}

/// Topics, with blanks or commas between them.
fn topics(text: &str) -> Vec<&str> {
    let topics = text.split(|character: char| character.is_whitespace() || character == ',');
    topics.filter(|topic| !topic.is_empty()).collect()
}

fn needed<'a>(rest: &'a str, usage: &str) -> Result<&'a str, String> {
    if rest.is_empty() {
        return Err(incomplete(usage));
    }
    Ok(rest)
}

fn incomplete(usage: &str) -> String {
    format!("this command is incomplete: {usage}")
}

fn parse_whisper(rest: &str) -> Result<Command<'_>, String> {
    let quoted = rest.strip_prefix('"');
    let split = match quoted {
        Some(quoted) => quoted.split_once('"'),
        None => rest.split_once(char::is_whitespace),
    };
    match split.map(|(to, text)| (to.trim(), text.trim())) {
        Some((to, text)) if !to.is_empty() && !text.is_empty() => Ok(Command::Whisper {
            to,
            text,
            is_quoted: quoted.is_some(),
        }),
        _ => Err(incomplete("/whisper NAME TEXT")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whisper<'a>(to: &'a str, text: &'a str, is_quoted: bool) -> Command<'a> {
        Command::Whisper {
            to,
            text,
            is_quoted,
        }
    }

    #[test]
    fn lines_and_commands() {
        for (line, command) in [
            ("", Command::Nothing),
            ("   ", Command::Nothing),
            (" hi there ", Command::Say("hi there")),
            ("//nick", Command::Say("/nick")),
            ("/nick grace", Command::Name("grace")),
            ("/name grace", Command::Name("grace")),
            ("/Name grace", Command::Name("grace")),
            ("/nick grace hopper", Command::Name("grace hopper")),
            ("/msg grace hi you", whisper("grace", "hi you", false)),
            ("/whisper grace hi you", whisper("grace", "hi you", false)),
            ("/msg \"grace h\" hi", whisper("grace h", "hi", true)),
            ("/msg \"grace\" h hi", whisper("grace", "h hi", true)),
            ("/join #rust", Command::Join("rust")),
            ("/leave", Command::Leave(None)),
            ("/leave rust", Command::Leave(Some("rust"))),
            ("/follow", Command::Follow(Vec::new())),
            ("/follow rust", Command::Follow(vec!["rust"])),
            (
                "/follow rust, go  c",
                Command::Follow(vec!["rust", "go", "c"]),
            ),
            ("/follow ,", Command::Follow(Vec::new())),
            ("/ignore", Command::Ignore(None)),
            ("/ignore bob b", Command::Ignore(Some("bob b"))),
            ("/ignore \"bob b\"", Command::Ignore(Some("bob b"))),
            ("/people", Command::People(None)),
            ("/people #rust", Command::People(Some("rust"))),
            ("/rooms", Command::Rooms),
            ("/history", Command::History(20)),
            ("/history 5", Command::History(5)),
            ("/quit", Command::Quit),
            ("/help", Command::Help),
        ] {
            assert_eq!(Command::parse(line), Ok(command), "{line:?}");
        }
        for line in [
            "/",
            "/nick",
            "/name",
            "/msg",
            "/whisper",
            "/msg grace",
            "/msg \"grace",
            "/join",
            "/join #",
            "/history 0",
            "/history 101",
            "/history x",
            "/dance",
        ] {
            assert!(Command::parse(line).is_err(), "{line:?}");
        }
    }

    /// Each command is one that can be typed, with arguments of the kind that its usage names.
    #[test]
    fn help_lists_what_can_be_typed() {
        for ((usage, _), line) in COMMANDS.into_iter().zip(help()) {
            assert!(line.starts_with(usage), "{line}");
            let typed = usage.replace("[N]", "5").replace(['[', ']'], "");
            assert!(Command::parse(&typed).is_ok(), "{usage}");
        }
    }

    #[test]
    fn the_page_lists_the_same_commands() {
        let page = include_str!("../../../www/chat/commands.js");
        let listed: Vec<&str> = page
            .lines()
            .skip_while(|line| !line.contains("HELP = ["))
            .skip(1)
            .take_while(|line| !line.starts_with(']'))
            .map(|line| line.trim().trim_end_matches(','))
            .map(|quoted| &quoted[1..quoted.len() - 1])
            .collect();
        let known = COMMANDS.map(|(usage, what)| format!("{usage}   {what}"));
        assert_eq!(listed, known);
    }
}

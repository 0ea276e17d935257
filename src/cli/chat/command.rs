//! What a typed line means.

/// What `/help` says.
pub(super) const HELP: &str = "\
/nick NAME         another name
/msg NAME TEXT     to one person only; a name with blanks goes in \"quotes\"
/join ROOM         into a room, or back to one that you are in: what you type goes there
/leave [ROOM]      out of it
/ignore [NAME]     hide what someone says, or show it again; or list them
/people [ROOM]     who is there
/rooms             which rooms there are
/history [N]       earlier lines
/quit              goodbye, as Ctrl-D
//TEXT             say /TEXT";

/// As many earlier lines, unless `/history` names a number.
const EARLIER: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Nothing,
    Say(&'a str),
    Nick(&'a str),
    Message {
        to: &'a str,
        text: &'a str,
        /// The name stood in quotes: it is no part of a longer one.
        is_quoted: bool,
    },
    Join(&'a str),
    Leave(Option<&'a str>),
    Ignore(Option<&'a str>),
    People(Option<&'a str>),
    Rooms,
    History(usize),
    Quit,
    Help,
}

impl<'a> Command<'a> {
    /// Reads a line; an error is a sentence.
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
        let (name, rest) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        let rest = rest.trim();
        let perhaps = (!rest.is_empty()).then_some(rest);
        match name {
            "nick" => needed(rest, "/nick NAME").map(Self::Nick),
            "msg" => parse_message(rest),
            "join" => needed(room(rest), "/join ROOM").map(Self::Join),
            "leave" => Ok(Self::Leave(perhaps.map(room))),
            "ignore" => Ok(Self::Ignore(perhaps.map(|name| name.trim_matches('"')))),
            "people" => Ok(Self::People(perhaps.map(room))),
            "rooms" => Ok(Self::Rooms),
            "history" => match perhaps.map(str::parse) {
                None => Ok(Self::History(EARLIER)),
                Some(Ok(count @ 1..=100)) => Ok(Self::History(count)),
                Some(_) => Err("/history takes a number from 1 to 100".to_owned()),
            },
            "quit" => Ok(Self::Quit),
            "help" => Ok(Self::Help),
            other => Err(format!(
                "/{other} is not a command: //{other} says it, /help lists the commands"
            )),
        }
    }
}

/// Elsewhere rooms are written with a `#`.
fn room(text: &str) -> &str {
    text.strip_prefix('#').unwrap_or(text)
}

fn needed<'a>(rest: &'a str, usage: &str) -> Result<&'a str, String> {
    if rest.is_empty() {
        return Err(format!("something is missing: {usage}"));
    }
    Ok(rest)
}

fn parse_message(rest: &str) -> Result<Command<'_>, String> {
    let quoted = rest.strip_prefix('"');
    let split = match quoted {
        Some(quoted) => quoted.split_once('"'),
        None => rest.split_once(char::is_whitespace),
    };
    match split.map(|(to, text)| (to.trim(), text.trim())) {
        Some((to, text)) if !to.is_empty() && !text.is_empty() => Ok(Command::Message {
            to,
            text,
            is_quoted: quoted.is_some(),
        }),
        _ => Err("something is missing: /msg NAME TEXT".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<'a>(to: &'a str, text: &'a str, is_quoted: bool) -> Command<'a> {
        Command::Message {
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
            ("/nick grace", Command::Nick("grace")),
            ("/nick grace hopper", Command::Nick("grace hopper")),
            ("/msg grace hi you", message("grace", "hi you", false)),
            ("/msg \"grace h\" hi", message("grace h", "hi", true)),
            ("/msg \"grace\" h hi", message("grace", "h hi", true)),
            ("/join #rust", Command::Join("rust")),
            ("/leave", Command::Leave(None)),
            ("/leave rust", Command::Leave(Some("rust"))),
            ("/ignore", Command::Ignore(None)),
            ("/ignore bob b", Command::Ignore(Some("bob b"))),
            ("/ignore \"bob b\"", Command::Ignore(Some("bob b"))),
            ("/people", Command::People(None)),
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
            "/msg",
            "/msg grace",
            "/msg \"grace",
            "/join",
            "/join #",
            "/history 0",
            "/history x",
            "/dance",
        ] {
            assert!(Command::parse(line).is_err(), "{line:?}");
        }
    }
}

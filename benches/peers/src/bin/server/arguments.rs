//! The command line.

const USAGE: &str = "\
usage: server tokio-tungstenite|fastwebsockets [--port N] [--threads N]

  --port      0, or none: whichever is free
  --threads   1, unless this says otherwise";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    TokioTungstenite,
    Fastwebsockets,
}

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) peer: Peer,
    pub(crate) port: u16,
    pub(crate) threads: usize,
}

impl Arguments {
    /// Reads them, or says what is wrong with them.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let peer = match given.next().as_deref() {
            Some("tokio-tungstenite") => Peer::TokioTungstenite,
            Some("fastwebsockets") => Peer::Fastwebsockets,
            _ => return Err(USAGE.to_owned()),
        };
        let mut arguments = Self {
            peer,
            port: 0,
            threads: 1,
        };
        while let Some(argument) = given.next() {
            let value = given.next();
            match argument.as_str() {
                "--port" => match value.and_then(|port| port.parse().ok()) {
                    Some(port) => arguments.port = port,
                    None => return Err(format!("--port takes 0 to 65535\n\n{USAGE}")),
                },
                "--threads" => match value.and_then(|threads| threads.parse().ok()) {
                    Some(threads @ 1..=64) => arguments.threads = threads,
                    _ => return Err(format!("--threads takes 1 to 64\n\n{USAGE}")),
                },
                other => return Err(format!("what is {other}?\n\n{USAGE}")),
            }
        }
        Ok(arguments)
    }
}

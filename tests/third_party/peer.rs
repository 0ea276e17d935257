//! The two peers: how to run their scripts, and whether they can run.

use super::kit::process::Process;
use super::kit::stopwatch::PATIENCE;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// The variable that may name the program, and the program's usual name.
    program: (Option<&'static str>, &'static str),
    extension: &'static str,
    /// Arguments that make the program load the library and print its version.
    probe: [&'static str; 2],
    install: &'static str,
}

pub(crate) const PEERS: [Peer; 2] = [
    Peer {
        name: "python",
        program: (Some("WS101_PYTHON"), "python3"),
        extension: "py",
        probe: [
            "-c",
            "import websockets.sync.client as _, websockets; print('websockets', websockets.__version__)",
        ],
        install: "pip install websockets (WS101_PYTHON says which Python has it)",
    },
    Peer {
        name: "node",
        program: (None, "node"),
        extension: "cjs",
        probe: [
            "-e",
            "require('ws'); console.log('ws', require('ws/package.json').version)",
        ],
        install: "npm install ws (NODE_PATH says which folder has it)",
    },
];

impl Peer {
    /// The library's version, or how to install it.
    pub(crate) fn find(&self) -> Result<String, String> {
        let missing = || format!("not found: {}", self.install);
        let mut probe =
            Process::try_spawn(self.command().args(self.probe)).map_err(|_| missing())?;
        if !probe.wait(PATIENCE).success() {
            return Err(missing());
        }
        Ok(probe.log().trim().to_owned())
    }

    /// Its half of a conversation: `role` is "client" or "server".
    pub(crate) fn script(&self, role: &str) -> Command {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/third_party");
        let mut command = self.command();
        command.arg(folder.join(format!("{}_{role}.{}", self.name, self.extension)));
        command
    }

    fn command(&self) -> Command {
        let (variable, usual) = self.program;
        let named = variable.and_then(env::var_os);
        Command::new(named.unwrap_or_else(|| OsString::from(usual)))
    }
}

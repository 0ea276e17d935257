//! The command line.

use super::Path;
use super::cases::SIZES;
use super::rounds::Plan;

const USAGE: &str = "\
usage: peers [--quick] [--only read|write|encode] [--size BYTES]... [--check]

  --quick   a few short rounds: shows that everything works, not how fast it is
  --only    one path instead of all
  --size    these payload sizes instead of all
  --check   exit with 1 if a ratio misses what is to be reached";

/// What to compare, and how long.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) plan: Plan,
    pub(crate) sizes: Vec<usize>,
    pub(crate) check: bool,
    only: Option<String>,
}

impl Arguments {
    /// Parses the arguments, or says what is wrong with them.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            plan: Plan::THOROUGH,
            sizes: Vec::new(),
            check: false,
            only: None,
        };
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--quick" => arguments.plan = Plan::QUICK,
                "--check" => arguments.check = true,
                "--only" => match given.next() {
                    Some(path) if ["read", "write", "encode"].contains(&path.as_str()) => {
                        arguments.only = Some(path);
                    }
                    _ => return Err(format!("--only takes read, write or encode\n\n{USAGE}")),
                },
                "--size" => match given.next().and_then(|size| size.parse().ok()) {
                    Some(size @ 1..=0x100_0000) => arguments.sizes.push(size),
                    _ => return Err(format!("--size takes 1 to 16777216 bytes\n\n{USAGE}")),
                },
                "--help" => return Err(USAGE.to_owned()),
                other => return Err(format!("what is {other}?\n\n{USAGE}")),
            }
        }
        if arguments.sizes.is_empty() {
            arguments.sizes = SIZES.to_vec();
        }
        Ok(arguments)
    }

    /// Whether this path is compared.
    pub(crate) fn wants(&self, path: Path) -> bool {
        let name = match path {
            Path::Read(_) => "read",
            Path::Write => "write",
            Path::Encode => "encode",
        };
        self.only.as_deref().is_none_or(|only| only == name)
    }
}

//! `ws101 frame`: builds a frame, valid or not, and prints it in hexadecimal.

use super::bytes::{self, Bytes, spaced};
use super::print;
use crate::RandomKeys;
use crate::inspect::{Forgery, LengthForm, LengthTooLong};
use crate::protocol::{KeySource, MaskKey};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

const EXAMPLES: &str = "\
It builds frames that no peer may send, too: that is what it is for.

Examples: ws101 frame --op text --mask 37fa213d --payload Hello
          ws101 frame --op close --code 1000 --payload bye
          ws101 frame --rsv 1 --payload Hello | ws101 inspect -
          ws101 frame --no-mask --payload Hello | xxd -r -p | nc HOST PORT";

/// Build a frame, valid or not, and print it in hexadecimal
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Frame {
    /// continuation, text, binary, close, ping, pong, or a number up to 15
    #[arg(long, value_name = "OPCODE", default_value = "text", value_parser = parse_opcode)]
    op: u8,
    /// The FIN bit: 0 if the message continues in another frame
    #[arg(long, value_name = "0|1", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    fin: u8,
    /// Set RSV1, RSV2 or RSV3 (may be repeated)
    #[arg(long, value_name = "1|2|3", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=3))]
    rsv: Vec<u8>,
    /// The masking key, four bytes; random by default
    #[arg(long, value_name = "HEX", value_parser = parse_key, conflicts_with = "no_mask")]
    mask: Option<[u8; 4]>,
    /// Do not mask the frame, as a server
    #[arg(long)]
    no_mask: bool,
    /// The payload, as text
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    payload: String,
    /// The payload, as bytes
    #[arg(long, value_name = "HEX", value_parser = bytes::parse_argument, conflicts_with = "payload")]
    payload_hex: Option<Bytes>,
    /// Put a close code in front of the payload
    #[arg(long, value_name = "CODE")]
    code: Option<u16>,
    /// Write the length in 7, 16 or 64 bits, even if fewer are enough
    #[arg(long, value_name = "BITS", value_parser = PossibleValuesParser::new(["7", "16", "64"]).map(|bits| form_of(&bits)))]
    len_form: Option<LengthForm>,
    /// Declare this length, whatever the payload has
    #[arg(long, value_name = "LENGTH")]
    declare: Option<u64>,
}

impl Frame {
    pub(super) fn run(&self) -> Result<(), String> {
        let bytes = self.build()?;
        print(&format!("{}\n", spaced(&bytes)))
    }

    fn build(&self) -> Result<Vec<u8>, String> {
        let code = self.code.map(u16::to_be_bytes);
        let mut payload = code.map_or(Vec::new(), |code| code.to_vec());
        payload.extend(match &self.payload_hex {
            Some(Bytes(bytes)) => bytes,
            None => self.payload.as_bytes(),
        });
        let random = || RandomKeys::new().next_key();
        let forgery = Forgery {
            fin: self.fin == 1,
            rsv: self.rsv.iter().fold(0, |bits, rsv| bits | 0b1000 >> rsv),
            opcode: self.op,
            mask: (!self.no_mask).then(|| self.mask.map_or_else(random, MaskKey)),
            form: self.len_form,
            declared: self.declare,
            payload: &payload,
        };
        forgery.bytes().map_err(|LengthTooLong { len, form }| {
            let shortest = LengthForm::shortest(len);
            format!("a length of {len} does not fit in {form} bits: use --len-form {shortest}")
        })
    }
}

/// The form with this number of bits, which is one of the possible values.
fn form_of(bits: &str) -> LengthForm {
    let form = LengthForm::ALL.into_iter();
    let mut form = form.filter(|form| form.to_string() == bits);
    form.next().expect("one of the possible values")
}

fn parse_opcode(text: &str) -> Result<u8, String> {
    let names = [
        ("continuation", 0),
        ("text", 1),
        ("binary", 2),
        ("close", 8),
        ("ping", 9),
        ("pong", 10),
    ];
    let named = names.iter().find(|(name, _)| *name == text);
    let number = text.parse().ok().filter(|number: &u8| *number < 16);
    (named.map(|(_, number)| *number).or(number)).ok_or_else(|| {
        format!(
            "{text:?} is not an opcode: write text, binary, continuation, close, ping, pong or 0 to 15"
        )
    })
}

fn parse_key(text: &str) -> Result<[u8; 4], String> {
    let Bytes(bytes) = bytes::parse_argument(text)?;
    let count = bytes.len();
    <[u8; 4]>::try_from(bytes)
        .map_err(|_| format!("a key has four bytes, not {count}: write it like 37fa213d"))
}

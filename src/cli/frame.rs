//! `ws101 frame`: any frame in hexadecimal, valid or not.
//!
//! The library cannot write a wrong frame, and should not. So the bits are put together here.

use super::bytes::{self, Bytes, spaced};
use super::print;
use crate::RandomKeys;
use crate::protocol::{KeySource, MaskKey, mask};
use clap::Args;

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
    #[arg(long, value_name = "BITS", value_parser = ["7", "16", "64"])]
    len_form: Option<String>,
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
        let rsv = self.rsv.iter().fold(0, |bits, rsv| bits | 0x80 >> rsv);
        let mut frame = vec![self.fin << 7 | rsv | self.op];
        let len = self.declare.unwrap_or(payload.len() as u64);
        let mask_bit = if self.no_mask { 0 } else { 0x80 };
        self.length(len, mask_bit, &mut frame)?;
        if !self.no_mask {
            let drawn = || RandomKeys::new().next_key();
            let key = self.mask.map_or_else(drawn, MaskKey);
            frame.extend(key.0);
            mask::apply(key, &mut payload);
        }
        frame.extend(payload);
        Ok(frame)
    }

    /// In the form that is asked for, or in the shortest.
    fn length(&self, len: u64, mask_bit: u8, frame: &mut Vec<u8>) -> Result<(), String> {
        let shortest = match len {
            0..=125 => "7",
            126..=0xffff => "16",
            _ => "64",
        };
        let form = self.len_form.as_deref().unwrap_or(shortest);
        let too_long =
            || format!("a length of {len} does not fit in {form} bits: use --len-form {shortest}");
        match form {
            "7" if len <= 125 => frame.push(mask_bit | len as u8),
            "16" => {
                let len = u16::try_from(len).map_err(|_| too_long())?;
                frame.push(mask_bit | 126);
                frame.extend(len.to_be_bytes());
            }
            "64" => {
                frame.push(mask_bit | 127);
                frame.extend(len.to_be_bytes());
            }
            _ => return Err(too_long()),
        }
        Ok(())
    }
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

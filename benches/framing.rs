//! Framing throughput: what one core encodes and decodes, without a network.
//!
//! `cargo bench --bench framing` measures, and `-- --test` runs each benchmark once, to show that it works. The name of a
//! group picks it: `cargo bench --bench framing -- read`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::io::{self, Read, Write};
use ws101::protocol::{
    Delivery, Frame, FrameDecoder, FrameFollower, FrameHeader, MaskKey, Message, Opcode, Role,
    from_utf8, mask,
};
use ws101::{Limits, WebSocket};

const SIZES: [usize; 6] = [16, 125, 1 << 10, 16 << 10, 64 << 10, 1 << 20];
const KEY: MaskKey = MaskKey([0x37, 0xfa, 0x21, 0x3d]);
const LIMITS: Limits = Limits {
    message: 64 << 20,
    fragments: 1,
};

/// The content of a payload. Mixed text has characters of one to four bytes.
#[derive(Clone, Copy)]
enum Content {
    Binary,
    Ascii,
    Mixed,
}

impl Content {
    const ALL: [Self; 3] = [Self::Binary, Self::Ascii, Self::Mixed];

    fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Ascii => "text-ascii",
            Self::Mixed => "text-mixed",
        }
    }

    fn opcode(self) -> Opcode {
        if matches!(self, Self::Binary) {
            Opcode::Binary
        } else {
            Opcode::Text
        }
    }

    fn payload(self, size: usize) -> Vec<u8> {
        let pattern = if matches!(self, Self::Mixed) {
            "grüße an alle, 世界 und 👋! "
        } else {
            "greetings to all, world! "
        };
        let mut text = String::new();
        for character in pattern.chars().cycle() {
            if text.len() + character.len_utf8() > size {
                break;
            }
            text.push(character);
        }
        // If the last character did not fit, dots take its place, so that sizes are exact.
        text.extend(std::iter::repeat_n('.', size - text.len()));
        text.into_bytes()
    }

    fn message(self, payload: &[u8]) -> Message<'_> {
        match self {
            Self::Binary => Message::Binary(payload),
            _ => Message::Text(from_utf8(payload).expect("the payload is text")),
        }
    }
}

/// A stream that repeats its bytes without end and discards what is written, at the cost of a copy each.
struct Memory {
    frames: Vec<u8>,
    at: usize,
    written: Vec<u8>,
}

impl Memory {
    fn new(frames: Vec<u8>) -> Self {
        Self {
            frames,
            at: 0,
            written: Vec::with_capacity(4 << 20),
        }
    }
}

impl Read for Memory {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let rest = &self.frames[self.at..];
        // No more than a socket has at once.
        let count = rest.len().min(space.len()).min(128 << 10);
        space[..count].copy_from_slice(&rest[..count]);
        self.at = (self.at + count) % self.frames.len();
        Ok(count)
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written.len() + bytes.len() > self.written.capacity() {
            self.written.clear();
        }
        self.written.extend_from_slice(bytes);
        black_box(&self.written);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn header(c: &mut Criterion) {
    let mut group = c.benchmark_group("header");
    for (name, len) in [("7 bits", 5), ("16 bits", 1_000), ("64 bits", 100_000)] {
        let header = FrameHeader {
            fin: true,
            opcode: Opcode::Text,
            mask: Some(KEY),
            len,
        };
        let mut bytes = Vec::new();
        header.encode(&mut bytes);
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("decode", name), |b| {
            b.iter(|| FrameHeader::decode(black_box(&bytes), Role::Client));
        });
        let mut out = Vec::with_capacity(64);
        group.bench_function(BenchmarkId::new("encode", name), |b| {
            b.iter(|| {
                out.clear();
                black_box(&header).encode(&mut out);
                black_box(&out);
            });
        });
    }
}

/// A client's whole message, taken by the fast path and by its slow twin. A payload is masked again in the
/// same place each time, so both unmask what the other would.
fn decode(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for size in [16, 125, 1 << 10, 16 << 10] {
        let mut frame = Vec::new();
        Frame::whole(Opcode::Binary, &vec![0; size]).encode(Some(KEY), &mut frame);
        let mut decoder = FrameDecoder::new(Role::Client);
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("fast path", size), |b| {
            b.iter(|| decoder.decode_whole_message(black_box(&mut frame), LIMITS.message));
        });
        group.bench_function(BenchmarkId::new("decoder", size), |b| {
            b.iter(|| {
                let decoded = decoder.decode(black_box(&mut frame), |_| Ok(Delivery::Complete));
                matches!(decoded, Ok(Some((part, _))) if part.last)
            });
        });
        group.bench_function(BenchmarkId::new("followed", size), |b| {
            let mut follower = FrameFollower::new(Role::Client);
            b.iter(|| follower.step(black_box(&frame)));
        });
    }
}

fn unmask(c: &mut Criterion) {
    let mut group = c.benchmark_group("unmask");
    for size in SIZES {
        let mut payload = vec![0; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("fast", size), |b| {
            b.iter(|| mask::apply(black_box(KEY), black_box(&mut payload)))
        });
        group.bench_function(BenchmarkId::new("bytewise", size), |b| {
            b.iter(|| mask::apply_bytewise(black_box(KEY), black_box(&mut payload)));
        });
    }
}

fn utf8(c: &mut Criterion) {
    let mut group = c.benchmark_group("utf8");
    for content in [Content::Ascii, Content::Mixed] {
        for size in SIZES {
            let payload = content.payload(size);
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(content.name(), size), |b| {
                b.iter(|| from_utf8(black_box(&payload)).is_ok())
            });
        }
    }
}

/// From the bytes of a stream to a message: header, unmasking, UTF-8, all rules.
fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for content in Content::ALL {
        for size in SIZES {
            let payload = content.payload(size);
            let mut frames = Vec::new();
            while frames.len() < 8 << 20 {
                let key = MaskKey(
                    (frames.len() as u32)
                        .wrapping_mul(0x9e37_79b9)
                        .to_ne_bytes(),
                );
                Frame::whole(content.opcode(), &payload).encode(Some(key), &mut frames);
            }
            let mut socket = WebSocket::server(Memory::new(frames), LIMITS);
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(content.name(), size), |b| {
                b.iter(|| {
                    let message = socket.next_message().expect("the frames are right");
                    assert_eq!(
                        black_box(message.expect("they never end")).as_bytes().len(),
                        size
                    );
                });
            });
        }
    }
}

/// From a message to the bytes of a stream, as a server sends it, one message per write.
fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    for content in [Content::Binary, Content::Ascii] {
        for size in SIZES {
            let payload = content.payload(size);
            let message = content.message(&payload);
            let mut socket = WebSocket::server(Memory::new(Vec::new()), LIMITS);
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(content.name(), size), |b| {
                b.iter(|| {
                    socket
                        .send(black_box(message))
                        .expect("memory takes everything")
                });
            });
        }
    }
}

criterion_group!(benches, header, decode, unmask, utf8, read, write);
criterion_main!(benches);

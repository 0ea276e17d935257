// @ts-check
// SHA-1, FIPS 180-4 §6.1. The browser's own exists only on localhost and with https. Broken for signatures since 2017, it
// suffices here: the accept key proves that the server has read the request, and protects nothing.

import { utf8Of } from "../shared/bytes.js";

/** The twenty bytes for `text`. */
export function sha1(text) {
  const message = padded(utf8Of(text));
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < message.byteLength; block += 64) mix(state, wordsOf(message, block));
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, index) => digest.setUint32(4 * index, word));
  return new Uint8Array(digest.buffer);
}

// Appends a 1 bit, zeros, and the length in bits: the result consists of blocks of 64 bytes. §5.1.1.
function padded(bytes) {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setBigUint64(whole.length - 8, BigInt(bytes.length) * 8n);
  return view;
}

// The sixteen words of a block, and 64 more, each computed from earlier words. §6.1.2, step 1.
function wordsOf(message, block) {
  const words = Array.from({ length: 16 }, (_, index) => message.getUint32(block + 4 * index));
  for (let t = 16; t < 80; t += 1) words.push(rotated(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1));
  return words;
}

function mix(state, words) {
  let [a, b, c, d, e] = state;
  words.forEach((word, t) => {
    const [f, k] = roundOf(t, b, c, d);
    [a, b, c, d, e] = [(rotated(a, 5) + f + e + k + word) | 0, a, rotated(b, 30), c, d];
  });
  [a, b, c, d, e].forEach((word, index) => (state[index] = (state[index] + word) | 0));
}

function roundOf(t, b, c, d) {
  if (t < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (t < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (t < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

const rotated = (word, by) => (word << by) | (word >>> (32 - by));

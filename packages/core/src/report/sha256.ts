/**
 * SHA-256 (FIPS 180-4), written out here: WebCrypto's digest is asynchronous, wants its input in one piece and costs more to call than a header
 * takes to hash (a header of 1 KB: about 10 µs), and node:crypto does not run in a browser.
 */

import { atOnce } from '../flow/index.ts';

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
  0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

// One digest at a time, so they are kept: making them anew takes longer than hashing a short header.
const schedule = new Int32Array(64);
const state = new Int32Array(8);
const block = new Uint8Array(64);
const blockView = new DataView(block.buffer);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The digest of the pieces one after the other, as 64 lower-case hex digits. */
export function sha256Hex(pieces: readonly Uint8Array[]): string {
  return atOnce(sha256Steps(pieces));
}

/** Bytes from one place where others may have their turn to the next. */
const AT_A_TURN = 2 ** 20;

/** The same in steps. Others may make digests in between: what is kept is put aside for them. */
export function* sha256Steps(whole: readonly Uint8Array[]): Generator<void, string> {
  const pieces = whole.flatMap((piece) =>
    piece.length <= AT_A_TURN ? [piece] : Array.from({ length: Math.ceil(piece.length / AT_A_TURN) }, (_, i) => piece.subarray(i * AT_A_TURN, (i + 1) * AT_A_TURN)),
  );
  const bytes = whole.reduce((sum, piece) => sum + piece.length, 0);
  const crypto = bytes > AT_A_TURN ? cryptoOfNode() : undefined;
  if (crypto) {
    const hash = crypto.createHash('sha256');
    for (const piece of pieces) {
      hash.update(piece);
      yield;
    }
    return hash.digest('hex');
  }
  state.set(START);
  let filled = 0;
  let length = 0;
  for (const piece of pieces) {
    if (length >= AT_A_TURN) {
      const [stateNow, blockNow] = [state.slice(), block.slice()];
      yield;
      state.set(stateNow);
      block.set(blockNow);
    }
    length += piece.length;
    let at = 0;
    if (filled > 0) {
      at = Math.min(64 - filled, piece.length);
      block.set(piece.subarray(0, at), filled);
      filled += at;
      if (filled < 64) continue;
      compress(block, 0);
      filled = 0;
    }
    for (; at + 64 <= piece.length; at += 64) compress(piece, at);
    block.set(piece.subarray(at), 0);
    filled = piece.length - at;
  }
  block[filled++] = 0x80;
  if (filled > 56) {
    compress(block.fill(0, filled), 0);
    filled = 0;
  }
  block.fill(0, filled);
  blockView.setUint32(56, Math.floor(length / 2 ** 29));
  blockView.setUint32(60, (length * 8) >>> 0);
  compress(block, 0);
  let hex = '';
  for (let i = 0; i < 8; i++) {
    const word = state[i]!;
    hex += HEX[word >>> 24]! + HEX[(word >>> 16) & 255]! + HEX[(word >>> 8) & 255]! + HEX[word & 255]!;
  }
  return hex;
}

interface NodeCrypto {
  createHash(name: string): { update(bytes: Uint8Array): void; digest(as: 'hex'): string };
}

/** Node's own, a tenth of the time for headers of many megabytes; asked for at run time, since this file runs in browsers too. */
function cryptoOfNode(): NodeCrypto | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
}

function compress(bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++, at += 4) w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}

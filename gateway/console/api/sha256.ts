// SHA-256 (FIPS 180-4) a piece at a time: WebCrypto wants the whole message in memory, and a recording may have many gigabytes.

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;
const BLOCK = 64;

export interface Hash {
  update(bytes: Uint8Array): void;
  /** Lower-case hex; ends the hash. */
  hex(): string;
}

export function createSha256(): Hash {
  const state = Int32Array.from(START);
  const schedule = new Int32Array(64);
  const tail = new Uint8Array(BLOCK);
  let held = 0;
  let total = 0;

  function block(bytes: Uint8Array, at: number): void {
    const w = schedule;
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      w[i] = ((bytes[p] ?? 0) << 24) | ((bytes[p + 1] ?? 0) << 16) | ((bytes[p + 2] ?? 0) << 8) | (bytes[p + 3] ?? 0);
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
    }
    const at0 = (i: number): number => state[i] as number;
    let a = at0(0);
    let b = at0(1);
    let c = at0(2);
    let d = at0(3);
    let e = at0(4);
    let f = at0(5);
    let g = at0(6);
    let h = at0(7);
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] = at0(0) + a;
    state[1] = at0(1) + b;
    state[2] = at0(2) + c;
    state[3] = at0(3) + d;
    state[4] = at0(4) + e;
    state[5] = at0(5) + f;
    state[6] = at0(6) + g;
    state[7] = at0(7) + h;
  }

  function update(bytes: Uint8Array): void {
    total += bytes.length;
    let at = 0;
    if (held > 0) {
      const taken = Math.min(BLOCK - held, bytes.length);
      tail.set(bytes.subarray(0, taken), held);
      held += taken;
      at = taken;
      if (held < BLOCK) return;
      block(tail, 0);
      held = 0;
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) block(bytes, at);
    tail.set(bytes.subarray(at));
    held = bytes.length - at;
  }

  return {
    update,
    hex() {
      const bits = total * 8;
      const end = new Uint8Array(held < BLOCK - 8 ? BLOCK - held : 2 * BLOCK - held);
      end[0] = 0x80;
      const view = new DataView(end.buffer);
      view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(end.length - 4, bits >>> 0);
      update(end);
      return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}

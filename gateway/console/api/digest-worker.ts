import { createSha256 } from './sha256.ts';

// In a thread of its own: the digest of a file, read once from start to end and never held whole.

export type DigestMessage =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done'; readonly sha256: string }
  | { readonly kind: 'failed' };

const SAID_EVERY_BYTES = 4 * 1024 * 1024;
const say = (message: DigestMessage): void => postMessage(message);

addEventListener('message', async ({ data }: MessageEvent<File>) => {
  try {
    const hash = createSha256();
    const reader = data.stream().getReader();
    let bytes = 0;
    let said = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      hash.update(value);
      bytes += value.length;
      if (bytes - said < SAID_EVERY_BYTES) continue;
      said = bytes;
      say({ kind: 'progress', bytes });
    }
    say({ kind: 'done', sha256: hash.hex() });
  } catch {
    say({ kind: 'failed' });
  }
});

import type { DigestMessage } from './digest-worker.ts';

/** SHA-256 (hex) of a file, computed in a worker; `onProgress` hears bytes read. Rejects when the file cannot be read, or on `signal`. */
export function digestOf(file: File, onProgress: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    worker.onerror = () => reject(new Error('the digest could not be computed'));
    worker.onmessage = ({ data }: MessageEvent<DigestMessage>) => {
      if (data.kind === 'progress') onProgress(data.bytes);
      else if (data.kind === 'done') resolve(data.sha256);
      else reject(new Error('the file could not be read'));
    };
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}

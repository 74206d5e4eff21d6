/** The program of a thread, which dies of the requests of these numbers, before it has looked at them. */
export function dyingAt(program: URL, ...ids: readonly number[]): URL {
  const text = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (request) => { if (${JSON.stringify(ids)}.includes(request.id)) process.exit(3); });
    await import(${JSON.stringify(program.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

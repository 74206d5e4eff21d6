import { readFile } from 'node:fs/promises';
import type { Card } from '../admission/contract.ts';
import { runProbes } from './probe-run.ts';

// What runs in the jail of the probes: the network and its card are all that it sees, one line of figures is all that it says.

const card = JSON.parse(await readFile('/in/card.json', 'utf8')) as Card & { readonly sha256: string };
const bytes = new Uint8Array(await readFile('/in/network.onnx'));
process.stdout.write(`${JSON.stringify(await runProbes(card, bytes))}\n`);

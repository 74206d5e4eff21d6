import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { importsIn } from './absence-imports.ts';
import { deniedIn } from './absence-words.ts';

// What lies in the tree: networks, names of files, words on the page, and modules that could open a connection.

/** Files of a checkout or of the image by path, with their text; of binary files the text is empty. */
export type Tree = ReadonlyMap<string, string>;

const LEFT_OUT = new Set(['node_modules', '.git', '.scratch', 'coverage', 'out', '__pycache__']);
const TEXT =
  /\.(tsx?|mjs|js|json|md|sql|html|css|py|cedar|cedarschema|svg|yml|yaml|toml|txt)$|^Dockerfile$|(^|\/)\.[a-z]+$/;

/** Everything below a folder but packages and scratch. Links are not followed. */
export async function readTree(root: string): Promise<Tree> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(file);
      else if (entry.isFile()) files.set(file, TEXT.test(file) ? await readFile(path.join(root, file), 'utf8') : '');
    }
  };
  await walk('');
  return files;
}

const WEIGHTS =
  /\.(onnx|ort|pt|pth|ckpt|tflite|engine|trt|safetensors|h5|hdf5|pb|caffemodel|mlmodel|params|npy|npz|gguf)$/i;
const PLACES_OF_WEIGHTS = /^(models|test\/models)\//;

/** Networks and other weights outside the two folders of models, and models whose card says a forbidden label. */
export function weightsIn(tree: Tree): { readonly scanned: number; readonly findings: readonly string[] } {
  const weights = [...tree.keys()].filter((file) => WEIGHTS.test(file));
  const cards = [...tree].filter(([file]) => PLACES_OF_WEIGHTS.test(file) && /(^|[/.])card\.json$/.test(file));
  const labels = cards.flatMap(([file, text]) =>
    labelsOf(text).flatMap((label) =>
      deniedIn(label, ['forbidden']).map((word) => `${file}: label ${label} (${word})`),
    ),
  );
  const stray = weights
    .filter((file) => !PLACES_OF_WEIGHTS.test(file))
    .map((file) => `${file}: weights outside models/`);
  return { scanned: weights.length + cards.length, findings: [...stray, ...labels] };
}

function labelsOf(card: string): readonly string[] {
  const { labels = [] } = JSON.parse(card) as { readonly labels?: readonly string[] };
  return labels;
}

/** Of tests the names may say what they refuse; of everything else, and of all that is no test, they may not. */
const IS_TEST = /^test\/.*\.ts$/;

/** Names of files that speak of faces, re-identification or a data set of persons. */
export function namesIn(tree: Tree): { readonly scanned: number; readonly findings: readonly string[] } {
  const files = [...tree.keys()].filter((file) => !IS_TEST.test(file));
  const findings = files.flatMap((file) => deniedIn(file, ['forbidden', 'dataSets']).map((word) => `${file}: ${word}`));
  return { scanned: files.length, findings };
}

/** Sentences of the page that speak of it other than to say that there is none. */
export function pageTextIn(tree: Tree): { readonly scanned: number; readonly findings: readonly string[] } {
  const lines = [...tree]
    .filter(([file]) => /^gateway\/console\/.*\.(tsx?|html|svg)$/.test(file))
    .flatMap(([file, text]) => text.split('\n').map((line) => ({ file, line })));
  const findings = lines
    .filter(({ line }) => deniedIn(line, ['forbidden']).length > 0 && !/\b(no|not|aucune?|ni|pas)\b/i.test(line))
    .map(({ file, line }) => `${file}: ${line.trim().slice(0, 80)}`);
  return { scanned: lines.length, findings };
}

/** Modules and globals that open a connection. */
const OPENS =
  /^(node:)?(net|tls|http|https|http2|dgram|dns|dns\/promises)$|^(undici|ws|axios|got|node-fetch)$|^@(aws-sdk|smithy)\//;
const OPENS_BY_NAME = /\b(fetch|WebSocket|EventSource)\s*\(|\bnew (WebSocket|EventSource)\b/;
/** Where the running gateway may use them, and for what; the evidence says so. */
export const MAY_OPEN: Readonly<Record<string, string>> = {
  'gateway/listeners.ts': 'listens for clients and for operators',
  'gateway/frame-pipe.ts': 'reads the pipe of a decoder that it was handed, and connects to nobody',
  'gateway/s3-client.ts': 'keeps sealed bytes in the bucket of DIFFERE_VAULT, and reaches no other address',
  'gateway/audit/witnesses.ts': 'sends name, size and hashes of the log to the witnesses of DIFFERE_WITNESSES',
};

/** What the gateway's own code reaches from its start that could call somebody; its database is reached by `pg` alone. */
export function connectionsIn(
  tree: Tree,
  start = 'gateway/main.ts',
): { readonly scanned: number; readonly findings: readonly string[] } {
  const reached = new Set<string>();
  const walk = (file: string): void => {
    const text = tree.get(file);
    if (text === undefined || reached.has(file)) return;
    reached.add(file);
    for (const { module } of importsIn(text)) {
      if (module.startsWith('.')) walk(path.posix.join(path.posix.dirname(file), module));
    }
  };
  walk(start);
  const findings = [...reached]
    .filter((file) => !Object.hasOwn(MAY_OPEN, file))
    .flatMap((file) => {
      const text = tree.get(file) ?? '';
      const modules = importsIn(text).filter(({ module, typeOnly }) => !typeOnly && OPENS.test(module));
      const calls = OPENS_BY_NAME.test(withoutComments(text)) ? [`${file}: calls out`] : [];
      return [...modules.map(({ module }) => `${file}: imports ${module}`), ...calls];
    });
  return { scanned: reached.size, findings };
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

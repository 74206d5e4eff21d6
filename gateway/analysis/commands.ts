import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseOffer } from '../admission/card.ts';
import { parseCropCard } from '../admission/crop-card.ts';
import { answering, type Command, type CommandIo, UsageError } from '../command.ts';
import { admitCommand, canariesCommand, inspectCommand } from './gate-commands.ts';
import { addModel, fetchModel, pinned } from './model-store.ts';
import { CARD_FOLDER, fileDigest, findModels, loadCards } from './models.ts';

const USAGE = [
  'differe models list',
  'differe models inspect FILE.onnx [--card CARD.json]      the gate, on the bytes alone: nothing is loaded',
  'differe models canaries                                  what the gate says of networks that it must refuse',
  'differe models admit FILE.onnx --key KEY.jwk.json --aud INSTALLATION [--dossier DOSSIER.json] [--card CARD.json] [--days N] [--out FILE.jws]',
  'differe models fetch NAME [--sha256 HEX]',
  'differe models add FILE --card CARD [--sha256 HEX]',
].join('\n');

/**
 * `differe models`: `list` says every card as JSON, those of the product and those in the folders of DIFFERE_MODELS, as the gateway finds
 * them. `fetch` gets the weights of a card from its publisher, `add` takes them from a file; both check digest and contract and place
 * weights and card in the first folder of DIFFERE_MODELS.
 */
export const modelsCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    const [name, ...rest] = args;
    if (name === 'inspect') return await inspectCommand(rest, io);
    if (name === 'admit') return await admitCommand(rest, io);
    if (name === 'canaries' && rest.length === 0) return canariesCommand(io);
    if (name === 'list' && rest.length === 0) await list(io);
    else if (name === 'fetch') await bring(rest, io, fetchNamed);
    else if (name === 'add') await bring(rest, io, addFile);
    else throw new UsageError('One sub-command is needed');
    return 0;
  });

const weightFolders = (): readonly string[] =>
  (process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '');

async function list(io: CommandIo): Promise<void> {
  const models = await findModels({ cardFolders: [CARD_FOLDER, ...weightFolders()], weightFolders: weightFolders() });
  const listed = models.map(({ card, weightsPath }) => ({
    name: card.name,
    role: card.role,
    sha256: card.sha256 ?? null,
    licence: card.licence,
    source: card.source,
    classes: [...new Set(Object.values(card.map))],
    priority: card.priority,
    present: weightsPath !== undefined,
    weights: weightsPath ?? null,
  }));
  io.out(JSON.stringify([...listed, await shipped()], undefined, 2));
  if (listed.every(({ present }) => !present)) {
    io.err(
      'No full detector is present: the gateway sees by motion and by the classifier that it ships. DIFFERE_MODELS adds one.',
    );
  }
}

/** The classifier of the product; its digest is checked whenever it is opened. */
async function shipped(): Promise<object> {
  const folder = path.join(CARD_FOLDER, 'street-crop');
  const card = parseCropCard(JSON.parse(await readFile(path.join(folder, 'card.json'), 'utf8')), 'street-crop');
  const weights = path.join(folder, card.file);
  return {
    name: card.name,
    role: card.role,
    sha256: card.sha256,
    licence: card.licence,
    source: card.source,
    classes: [...new Set(Object.values(card.map))],
    present: (await fileDigest(weights).catch(() => undefined)) === card.sha256,
    weights,
  };
}

interface Wish {
  /** A name to fetch, or a file to add. */
  readonly subject: string;
  readonly card: string | undefined;
  readonly sha256: string | undefined;
  readonly folder: string;
}

async function bring(args: readonly string[], io: CommandIo, act: (wish: Wish) => Promise<string>): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { card: { type: 'string' }, sha256: { type: 'string' } },
  });
  const [subject] = positionals;
  const [folder] = weightFolders();
  if (subject === undefined || positionals.length !== 1) throw new UsageError('One name or file is needed');
  if (folder === undefined) throw new UsageError('DIFFERE_MODELS names no folder to place weights in');
  if (values.sha256 !== undefined && !/^[0-9a-f]{64}$/.test(values.sha256)) {
    throw new UsageError('--sha256 is 64 hexadecimal digits in lower case');
  }
  const weights = await act({ subject, card: values.card, sha256: values.sha256, folder });
  io.err(`SHA-256 ${await fileDigest(weights)}: compare it with what the publisher says.`);
  io.out(weights);
}

async function fetchNamed({ subject, sha256, folder, card: given }: Wish): Promise<string> {
  if (given !== undefined) throw new UsageError('fetch takes the card of the name');
  const found = (await loadCards([CARD_FOLDER, ...weightFolders()])).find(({ card }) => card.name === subject);
  if (found === undefined) throw new UsageError(`No card is called ${subject}`);
  return fetchModel(found.card, sha256, folder);
}

async function addFile({ subject, sha256, folder, card: given }: Wish): Promise<string> {
  if (given === undefined) throw new UsageError('--card is needed');
  const card = parseOffer(JSON.parse(await readFile(given, 'utf8')), path.basename(given));
  const known = (await loadCards([CARD_FOLDER, ...weightFolders()])).find((other) => other.card.name === card.name);
  const wanted = sha256 ?? (card.sha256 === undefined ? await fileDigest(subject) : undefined);
  return addModel(pinned(card, wanted), subject, folder, known?.card);
}

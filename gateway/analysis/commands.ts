import type { Command } from '../command.ts';
import { CARD_FOLDER, findModels } from './models.ts';

/** `differe models list`: every card as JSON, with whether its weights are present in the folders of DIFFERE_MODELS. */
export const modelsCommand: Command = async (args, io) => {
  if (args.length !== 1 || args[0] !== 'list') {
    io.err('usage: differe models list');
    return 2;
  }
  const weightFolders = (process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '');
  const models = await findModels({ cardFolders: [CARD_FOLDER], weightFolders });
  const listed = models.map(({ card, weightsPath }) => ({
    name: card.name,
    role: card.role,
    sha256: card.sha256,
    licence: card.licence,
    source: card.source,
    classes: [...new Set(Object.values(card.map))],
    priority: card.priority,
    present: weightsPath !== undefined,
  }));
  io.out(JSON.stringify(listed, undefined, 2));
  if (listed.every(({ present }) => !present)) io.err('No weights are present: name their folder in DIFFERE_MODELS.');
  return 0;
};

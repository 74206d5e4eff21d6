import { answering, type Command, UsageError } from '../command.ts';
import { CARD_FOLDER, findModels } from './models.ts';

const USAGE = 'differe models list';

/**
 * `differe models list`: every card as JSON, those of the product and those in the folders of DIFFERE_MODELS, as the gateway finds them.
 * `weights` is the file that has the card's digest, null when there is none.
 */
export const modelsCommand: Command = (args, io) =>
  answering(args, io, USAGE, async () => {
    if (args.length !== 1 || args[0] !== 'list') throw new UsageError('One sub-command is needed');
    const weightFolders = (process.env.DIFFERE_MODELS ?? '').split(':').filter((folder) => folder !== '');
    const models = await findModels({ cardFolders: [CARD_FOLDER, ...weightFolders], weightFolders });
    const listed = models.map(({ card, weightsPath }) => ({
      name: card.name,
      role: card.role,
      sha256: card.sha256,
      licence: card.licence,
      source: card.source,
      classes: [...new Set(Object.values(card.map))],
      priority: card.priority,
      present: weightsPath !== undefined,
      weights: weightsPath ?? null,
    }));
    io.out(JSON.stringify(listed, undefined, 2));
    if (listed.every(({ present }) => !present)) io.err('No weights are present: name their folder in DIFFERE_MODELS.');
    return 0;
  });

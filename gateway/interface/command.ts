import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describedInterface } from '../capability-facts.ts';
import { answering, type Command, UsageError } from '../command.ts';
import type { Json } from './components.ts';
import { typesOf } from './typescript.ts';

const USAGE = [
  'differe api description [--out FILE]    the OpenAPI 3.1 document of this build',
  'differe api types [--out FILE]          its TypeScript types, as openapi-fetch takes them; default gateway/interface/types.ts',
].join('\n');

/** File of the types of this build. */
export const TYPES_FILE = path.join(import.meta.dirname, 'types.ts');

/** `differe api`: the description of the API, and the types that are made from it. */
export const apiCommand: Command = ([name = '', ...args], io) =>
  answering([name, ...args], io, USAGE, async () => {
    const { values } = parseArgs({ args: [...args], options: { out: { type: 'string' } } });
    const document = (await describedInterface()) as Json;
    if (name === 'types') {
      await writeFile(values.out ?? TYPES_FILE, typesOf(document));
    } else if (name === 'description') {
      const text = JSON.stringify(document, null, 2);
      if (values.out === undefined) io.out(text);
      else await writeFile(values.out, `${text}\n`);
    } else {
      throw new UsageError('api takes description or types');
    }
    return 0;
  });

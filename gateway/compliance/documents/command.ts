import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type CommandIo, type ExitCode, fileText, UsageError } from '../../command.ts';
import { readDossierFile } from '../dossier.ts';
import { parseDossier } from '../dossier-schema.ts';
import { aipdDocument } from './aipd.ts';
import { documentHtml } from './html.ts';
import { noticeDocument } from './notice.ts';
import { documentPdf } from './pdf.ts';

export const DOCUMENTS_USAGE =
  'differe compliance documents DOSSIER.json --out DIR   information notice and impact assessment, HTML and PDF';

/** Writes what a dossier lets say of the installation. A dossier of a test environment marks every page. */
export async function documentsCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: 'string' } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0 || values.out === undefined)
    throw new UsageError('One DOSSIER.json and --out DIR are needed');
  const dossier = parseDossier(readDossierFile(await fileText(file)).dossier);
  const frame = {
    installation: dossier.controller.unit_code,
    madeAt: new Date().toISOString(),
    isDemo: dossier.id === 'demo',
  };
  await mkdir(values.out, { recursive: true });
  const written: string[] = [];
  for (const [name, document] of [
    ['notice', noticeDocument(dossier, frame)],
    ['aipd', aipdDocument(dossier, frame)],
  ] as const) {
    for (const [ending, content] of [
      ['html', documentHtml(document)],
      ['pdf', await documentPdf(document)],
    ] as const) {
      const target = path.join(values.out, `${name}.${ending}`);
      await writeFile(target, content);
      written.push(target);
    }
  }
  io.out(JSON.stringify(written));
  return 0;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, violationsOf } from './import-rule.ts';

const root = resolve(import.meta.dirname, '../..');

function gatewayFiles(): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, 'gateway'), { recursive: true, encoding: 'utf8' })
    .map((file) => `gateway/${file.split(sep).join('/')}`)
    .filter((file) => /\.(tsx?|mjs)$/.test(file));
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

const only = (file: string, text: string) => violationsOf(new Map([[file, text]]));

describe('the import rule', () => {
  it('holds in every file of the gateway', () => {
    const files = gatewayFiles();
    expect(files.size).toBeGreaterThan(50);
    expect(violationsOf(files)).toEqual([]);
  });

  it('is about small files: half of them have at most 120 lines', () => {
    const lengths = [...gatewayFiles().values()].map((text) => text.split('\n').length - 1).sort((a, b) => a - b);
    const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
    console.error(`gateway: ${lengths.length} files, median ${median} lines, longest ${lengths.at(-1)}`);
    expect(median).toBeLessThanOrEqual(120);
  });
});

describe('the checker of the import rule', () => {
  it.each([
    ['a room to the right', 'gateway/footage/probe.ts', `import type { Track } from '../analysis/types.ts';`],
    ['more than the types of a room to the left', 'gateway/search/ask.ts', `import { seal } from '../index/seal.ts';`],
    ['a re-export of another room', 'gateway/search/ask.ts', `export * from '../index/seal.ts';`],
    ['a dynamic import of another room', 'gateway/search/ask.ts', `const x = await import('../index/seal.ts');`],
    ['a worker of another room', 'gateway/search/ask.ts', `new Worker(new URL('../index/seal.ts', import.meta.url));`],
    ['an import over several lines', 'gateway/index/seal.ts', `import {\n  a,\n  type B,\n} from '../search/ask.ts';`],
    ['the roof', 'gateway/evidence/export.ts', `import { startPipeline } from '../pipeline.ts';`],
    ['a room, from the ground floor', 'gateway/vault.ts', `import type { Exhibit } from './footage/types.ts';`],
    ['the roof, from the ground floor', 'gateway/vault.ts', `import './main.ts';`],
    ['a room of the walk, from audit/', 'gateway/audit/append.ts', `import type { Op } from '../policy/types.ts';`],
    ['code of the tests', 'gateway/analysis/track.ts', `import { x } from '../../test/support/x.ts';`],
    ['fluent-ffmpeg elsewhere', 'gateway/footage/probe.ts', `import ffmpeg from 'fluent-ffmpeg';`],
    ['the network runtime elsewhere', 'gateway/analysis/models.ts', `import type { Tensor } from 'onnxruntime-node';`],
    ['the client of buckets elsewhere', 'gateway/vault.ts', `import { S3Client } from '@aws-sdk/client-s3';`],
    ['anything from a folder that is no room', 'gateway/helpers/x.ts', `import { newId } from '../ids.ts';`],
  ])('refuses %s', (_, file, text) => {
    expect(only(file, text)).toHaveLength(1);
  });

  it('refuses a file called index', () => {
    expect(only('gateway/index/index.ts', '')).toEqual(['gateway/index/index.ts: no file is called index']);
  });

  it.each([
    ['its own files', 'gateway/search/ask.ts', `import { match } from './match.ts';`],
    ['the ground floor', 'gateway/search/ask.ts', `import { AppError } from '../errors.ts';`],
    ['audit/ and policy/', 'gateway/search/ask.ts', `import { record } from '../audit/record.ts';`],
    ['types of a room to the left', 'gateway/search/ask.ts', `import type { Track } from '../analysis/types.ts';`],
    ['every room, from the roof', 'gateway/pipeline.ts', `import { ask } from './search/ask.ts';`],
    ['data', 'gateway/vocabulary.ts', `import vocabulary from '../models/vocabulary.json' with { type: 'json' };`],
    ['fluent-ffmpeg in its one file', 'gateway/media.ts', `import ffmpeg from 'fluent-ffmpeg';`],
  ])('lets pass %s', (_, file, text) => {
    expect(only(file, text)).toEqual([]);
    expect(importsOf(text)).toHaveLength(1);
  });
});

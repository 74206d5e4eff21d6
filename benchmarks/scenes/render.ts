import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isSceneName, namedScenes } from './named.ts';
import { randomFrom } from './noise.ts';
import { SCENE_CODECS, type SceneCodec, writeScene } from './write.ts';

const USAGE = `usage: node benchmarks/scenes/render.ts NAME --out FILE [--truth FILE] [--codec ${SCENE_CODECS.join('|')}] [--gop SECONDS] [--drop SHARE]
NAME: ${Object.keys(namedScenes).join(', ')}. The extension of FILE chooses the container.`;

/** Frames that a recorder under load would lose: each but the first one and the last one with probability `share`. */
export function irregularDrops(frameCount: number, share: number, seed: number): readonly number[] {
  const random = randomFrom(seed);
  return Array.from({ length: frameCount }, (_, index) => index + 1).filter(
    (number) => random() < share && number > 1 && number < frameCount,
  );
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      truth: { type: 'string' },
      codec: { type: 'string', default: 'h264' },
      gop: { type: 'string' },
      drop: { type: 'string', default: '0' },
    },
  });
  const [name = ''] = positionals;
  const codec = values.codec as SceneCodec;
  if (!isSceneName(name) || values.out === undefined || !SCENE_CODECS.includes(codec)) {
    console.error(USAGE);
    return 2;
  }
  const spec = namedScenes[name];
  const frameCount = spec.durationSeconds * spec.framesPerSecond;
  const written = await writeScene(spec, values.out, {
    codec,
    dropFrames: irregularDrops(frameCount, Number(values.drop), spec.seed),
    ...(values.gop === undefined ? {} : { gopSeconds: Number(values.gop) }),
  });
  if (values.truth !== undefined) await writeFile(values.truth, `${JSON.stringify({ spec, ...written }, null, 1)}\n`);
  console.error(`${values.out}: ${written.frameCount} frames, ${written.truth.length} boxes of truth`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main();

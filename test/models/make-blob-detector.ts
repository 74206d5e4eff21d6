import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeModel } from '../../gateway/admission/onnx-writer.ts';
import { blobModel, INPUT_PX } from './blob-graph.ts';

/** The test detector and its card, as they stand beside this file: `node test/models/make-blob-detector.ts` writes them. */
export function makeBlobDetector(): { readonly onnx: Buffer; readonly card: string } {
  const onnx = encodeModel(blobModel());
  const card = {
    name: 'blob-detector',
    role: 'detector',
    decoder: 'boxes+scores',
    sha256: createHash('sha256').update(onnx).digest('hex'),
    licence: 'project',
    source: 'test/models/make-blob-detector.ts',
    file: 'blob-detector.onnx',
    test: true,
    input: {
      name: 'images',
      width: INPUT_PX,
      height: INPUT_PX,
      colour: 'RGB',
      fit: 'letterbox',
      pad: 114,
      scale: 1,
      mean: [0, 0, 0],
      deviation: [1, 1, 1],
    },
    outputs: { boxes: 'boxes', scores: 'scores' },
    labels: ['person', 'car'],
    map: { person: 'person', car: 'car' },
    thresholds: { score: 0.5, nmsIou: 0.45 },
    priority: 0,
  };
  return { onnx, card: `${JSON.stringify(card, null, 2)}\n` };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { onnx, card } = makeBlobDetector();
  await writeFile(join(import.meta.dirname, 'blob-detector.onnx'), onnx);
  await writeFile(join(import.meta.dirname, 'blob-detector.card.json'), card);
  console.error(`blob-detector.onnx: ${onnx.length} bytes`);
}

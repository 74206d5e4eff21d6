import path from 'node:path';
import { openSight } from '../../gateway/analysis/sight.ts';
import type { Track } from '../../gateway/analysis/types.ts';
import { namedScenes } from '../scenes/named.ts';
import { writeScene } from '../scenes/write.ts';
import { requisitionFor, runClip } from './run-clip.ts';

/** Tracks of the rendered night, and person tracks of the rendered groups over the persons in them, by what the repository ships. */
export async function measureScenes(folder: string): Promise<{
  readonly nightTracks: number;
  readonly nightFound: number;
  readonly groupRatio: number;
}> {
  const files = ['night', 'groups'].map((name) => path.join(folder, `${name}.mp4`));
  const [night = '', groups = ''] = files;
  await writeScene(namedScenes.night, night);
  await writeScene(namedScenes.groups, groups);
  const requisition = await requisitionFor(files);
  const sight = await openSight(undefined);
  try {
    const nightly = (await runClip(requisition, night, sight.deps)).result.tracks;
    const grouped = (await runClip(requisition, groups, sight.deps)).result.tracks;
    const persons = ({ class: name }: Track): boolean => name === 'person';
    return {
      nightTracks: nightly.length,
      nightFound: nightly.filter(persons).length,
      groupRatio: grouped.filter(persons).length / namedScenes.groups.objects.length,
    };
  } finally {
    await sight.close();
  }
}

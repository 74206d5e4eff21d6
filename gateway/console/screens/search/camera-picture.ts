import type { Hit } from '../../../search/types.ts';
import type { Api } from '../../api/client.ts';
import type { Background } from '../../parts/draw/zone-editor.tsx';
import { EMPTY_GROUND } from './stage-frame.ts';

/** A masked picture of a camera to draw on: that of a hit which one of its recordings had in the open answer; an empty ground without one. */
export async function cameraPicture(
  api: Api,
  caseId: string,
  hits: readonly Hit[],
  exhibits: readonly string[],
): Promise<Background> {
  const hit = hits.find(({ exhibitId }) => exhibits.includes(exhibitId));
  if (hit === undefined) return EMPTY_GROUND;
  try {
    const route = `/api/v1/cases/${caseId}/hits/${hit.id}/still?size=thumb`;
    const blob = await api.blob(route, new AbortController().signal);
    const bitmap = await createImageBitmap(blob);
    const ratio = bitmap.height / bitmap.width;
    bitmap.close();
    // Of the thumbnail the width in pixels of the original is not known.
    return { url: URL.createObjectURL(blob), ratio, widthPx: undefined };
  } catch {
    return EMPTY_GROUND;
  }
}

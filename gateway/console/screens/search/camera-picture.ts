import type { Api } from '../../api/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { ExhibitBody, Hit } from '../../api/types.ts';
import type { Background } from '../../parts/draw/zone-editor.tsx';
import { EMPTY_GROUND } from './stage-frame.ts';

/** Addresses of masked pictures of recordings, the best first: a frame that was analysed has its masks alone, any other is coarse. */
export function picturesOf(
  caseId: string,
  exhibits: readonly Pick<ExhibitBody, 'id' | 'frames'>[],
  hits: readonly Hit[],
): readonly string[] {
  const hit = hits.find(({ exhibitId }) => exhibits.some(({ id }) => id === exhibitId));
  const [first] = exhibits;
  const frame = (exhibitId: string, number: number) =>
    routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames/{number}', { caseId, exhibitId, number: `${number}` });
  return [
    ...(hit === undefined ? [] : [frame(hit.exhibitId, hit.best.frame)]),
    ...(hit === undefined
      ? []
      : [routeTo('/api/v1/cases/{caseId}/hits/{hitId}/still', { caseId, hitId: hit.id }, { size: 'thumb' })]),
    ...(first?.frames === undefined ? [] : [frame(first.id, Math.ceil(first.frames / 2))]),
  ];
}

/** A masked picture of a camera to draw on; an empty ground where none is to be had. */
export async function cameraPicture(
  api: Api,
  caseId: string,
  exhibits: readonly ExhibitBody[],
  hits: readonly Hit[],
): Promise<Background> {
  for (const route of picturesOf(caseId, exhibits, hits)) {
    try {
      const blob = await api.blob(route, new AbortController().signal);
      const bitmap = await createImageBitmap(blob);
      const { width, height } = bitmap;
      bitmap.close();
      // Of a thumbnail the width in pixels of the original is not known.
      const widthPx = route.includes('/frames/') ? width : undefined;
      return { url: URL.createObjectURL(blob), ratio: height / width, widthPx };
    } catch {
      // The next is not as good: a requisition may cover no pictures of an exhibit.
    }
  }
  return EMPTY_GROUND;
}

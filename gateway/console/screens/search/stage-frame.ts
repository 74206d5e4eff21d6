import type { Background } from '../../parts/draw/zone-editor.tsx';

/** To draw on where there is no picture. */
export const EMPTY_GROUND: Background = { url: undefined, ratio: 9 / 16, widthPx: undefined };

/** The frame that the player shows now, to draw on; an empty ground when nothing is shown. */
export async function stageFrame(): Promise<Background> {
  const video = document.querySelector<HTMLVideoElement>('#clip');
  if (video === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0)
    return EMPTY_GROUND;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  // Of the canvas: the video may have another source by now, and no size.
  const { width: widthPx, height } = canvas;
  return blob === null ? EMPTY_GROUND : { url: URL.createObjectURL(blob), ratio: height / widthPx, widthPx };
}

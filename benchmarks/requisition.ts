import type { createDemoInstallation } from '../gateway/demo/installation.ts';
import { demoAuthorisation, demoSchedule, yesterdayAt14 } from '../gateway/demo/requisition.ts';
import { hashExhibit } from '../gateway/footage/commands.ts';
import { authorise, schedule } from '../gateway/requisition/issue.ts';

/** Authorisation and schedule of a demo installation for some files, which are called CLIP-0, CLIP-1 and so on. */
export async function signFor(
  files: readonly string[],
  installation: Awaited<ReturnType<typeof createDemoInstallation>>,
  now: number,
  changes: Parameters<typeof demoAuthorisation>[1] = {},
) {
  const exhibits = await Promise.all(
    files.map(async (file, index) => {
      const { sha256, sizeBytes, durationSeconds = 1 } = await hashExhibit(file);
      return { piece: `CLIP-${index}`, sha256, sizeBytes, durationSeconds, captureStartMs: yesterdayAt14(now) };
    }),
  );
  const authorisation = demoAuthorisation(now, changes);
  const claims = demoSchedule(now, authorisation, installation.agentThumbprint, exhibits);
  const tokens = {
    authorisation: await authorise(authorisation, installation.magistrateKey),
    schedule: await schedule(claims, installation.officerKey),
  };
  return { exhibits, claims, tokens };
}

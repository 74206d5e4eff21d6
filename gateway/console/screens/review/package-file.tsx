import { useState } from 'react';
import type { ExportBody } from '../../api/types.ts';
import { useName, useSettings } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { sizeWords } from '../../parts/size.ts';
import { BESIDE_A_FILE, checkFile, type FileCheck } from './package-check.ts';
import type { useExports } from './use-exports.ts';

/** A file of a package, and whether it is the one that the manifest was signed over. */
export function PackageFile({
  made,
  file: { path, sha256, sizeBytes },
  fetchFiles,
}: {
  readonly made: ExportBody;
  readonly file: NonNullable<ExportBody['files']>[number];
  readonly fetchFiles: ReturnType<typeof useExports>['fetch'];
}) {
  const { words, language } = useSettings();
  const nameOf = useName();
  const [isReading, setReading] = useState(false);
  const [found, setFound] = useState<FileCheck>();
  const [failure, setFailure] = useState<unknown>();
  async function verify(): Promise<void> {
    setReading(true);
    setFound(undefined);
    setFailure(undefined);
    try {
      const files = await fetchFiles(made, [...new Set([...BESIDE_A_FILE, path])]);
      setFound(await checkFile({ path, sha256 }, files));
    } catch (error) {
      setFailure(error);
    }
    setReading(false);
  }
  return (
    <li className="package-file">
      <span>
        {path} <span className="sub">{sizeWords(sizeBytes, language)}</span>
      </span>
      <button
        type="button"
        data-act="verify-file"
        disabled={isReading}
        aria-label={`${words.review.verify}${words.app.colon}${path}`}
        onClick={() => void verify()}
      >
        {words.review.verify}
      </button>
      <code className="digest">{sha256}</code>
      <span role="status" className={found?.problem === undefined ? 'sound' : 'unsound'}>
        {found !== undefined && (found.problem === undefined ? words.review.fileSound : nameOf(found.problem))}
        {found?.key !== undefined && (
          <span className="sub">
            {words.review.key} <code>{found.key}</code>
          </span>
        )}
      </span>
      <Problem error={failure} />
    </li>
  );
}

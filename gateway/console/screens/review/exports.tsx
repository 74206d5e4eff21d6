import { useState } from 'react';
import type { ExportBody } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRefusalWords } from '../../parts/refusals.ts';
import { clockTime } from '../../parts/time.ts';
import { saveAs, zipOf } from '../../parts/zip.ts';
import { checkPackage, type PackageCheck } from './package-check.ts';
import { PackageFile } from './package-file.tsx';
import type { useExports } from './use-exports.ts';

/** The packages that were made: their state, their files, a check, and the way out. */
export function Exports({ exports }: { readonly exports: ReturnType<typeof useExports> }) {
  const { review: words } = useWords();
  return (
    <section aria-labelledby="exports-title" className="exports">
      <h3 id="exports-title">{words.packages}</h3>
      <Problem error={exports.error} />
      {exports.list.length === 0 && <p className="sub">{words.noPackage}</p>}
      <ul>
        {exports.list.map((made) => (
          <Package key={made.id} made={made} fetchFiles={exports.fetch} />
        ))}
      </ul>
    </section>
  );
}

function Package({
  made,
  fetchFiles,
}: {
  readonly made: ExportBody;
  readonly fetchFiles: ReturnType<typeof useExports>['fetch'];
}) {
  const { review: words } = useWords();
  const sentenceOf = useRefusalWords();
  const { requisition } = useSession();
  const [done, setDone] = useState<number>();
  const [check, setCheck] = useState<PackageCheck>();
  const [failure, setFailure] = useState<unknown>();
  const count = made.files?.length ?? 0;

  async function run(isSaved: boolean): Promise<void> {
    setFailure(undefined);
    setDone(0);
    try {
      const files = await fetchFiles(
        made,
        (made.files ?? []).map(({ path }) => path),
        setDone,
      );
      const found = await checkPackage(files);
      setCheck(found);
      // A package that does not hold is not handed out without a word: the finding stands beside the file.
      if (isSaved)
        saveAs(zipOf(files), `differe-${requisition.procedure.replaceAll('/', '-')}-${made.id.slice(0, 8)}.zip`);
    } catch (error) {
      setFailure(error);
    }
    setDone(undefined);
  }
  return (
    <li data-state={made.state}>
      <div className="section-head">
        <strong>{clockTime(made.createdAt)}</strong>
        <span className={`state state-${made.state === 'building' ? 'running' : made.state}`}>
          {words.packageStates[made.state]}
        </span>
      </div>
      <code className="digest">{made.id}</code>
      {made.failureCode !== undefined && (
        <p className="problem">
          {sentenceOf(made.failureCode)} <code>{made.failureCode}</code>
        </p>
      )}
      {made.state === 'done' && (
        <>
          <details>
            <summary>{words.fileCount(count)}</summary>
            <ul className="files">
              {made.files?.map((file) => (
                <PackageFile key={file.path} made={made} file={file} fetchFiles={fetchFiles} />
              ))}
            </ul>
          </details>
          <div className="row">
            <button type="button" className="primary" data-act="download" onClick={() => void run(true)}>
              {words.download}
            </button>
            <button type="button" data-act="verify" onClick={() => void run(false)}>
              {words.verify}
            </button>
          </div>
          {done !== undefined && <Meter share={count === 0 ? 0 : done / count} label={words.fetching} />}
          {check !== undefined && <Verdict check={check} />}
        </>
      )}
      <Problem error={failure} />
    </li>
  );
}

function Verdict({ check }: { readonly check: PackageCheck }) {
  const { app, review: words } = useWords();
  const nameOf = useName();
  return (
    <div role="status" className={check.isSound ? 'check sound' : 'check unsound'}>
      <strong>
        {check.isSound
          ? words.sound(check.files, check.records)
          : check.findings.some(({ problem }) => problem === 'signature')
            ? words.unsigned
            : words.unsound}
      </strong>
      {check.key !== undefined && (
        <div className="sub">
          {words.key} <code>{check.key}</code>
        </div>
      )}
      <ul>
        {check.findings.map(({ file, problem }) => (
          <li key={`${file} ${problem}`}>
            {file}
            {app.colon}
            {nameOf(problem)}
          </li>
        ))}
      </ul>
      <p className="sub">{words.partial}</p>
    </div>
  );
}

import type { ExportPreviewBody } from '../../api/types.ts';
import { useSettings } from '../../app/settings.tsx';
import { sizeWords } from '../../parts/size.ts';
import { GROUPS, type Group, groupOf } from './package-groups.ts';

type Files = ExportPreviewBody['files'];

/** Every file that would go in, by what it is for. */
export function PackageFiles({ files }: { readonly files: Files }) {
  const { words } = useSettings();
  return (
    <div className="package-files">
      <h3>{words.preview.files(files.length)}</h3>
      {GROUPS.map((group) => {
        const own = files.filter(({ path }) => groupOf(path) === group);
        return own.length > 0 && <FileGroup key={group} group={group} files={own} />;
      })}
    </div>
  );
}

function FileGroup({ group, files }: { readonly group: Group; readonly files: Files }) {
  const { words, language } = useSettings();
  const known = files.flatMap(({ sizeBytes }) => (sizeBytes === undefined ? [] : [sizeBytes]));
  const total = known.reduce((sum, each) => sum + each, 0);
  return (
    <details>
      <summary>
        {words.preview.groups[group]} · {words.review.fileCount(files.length)}
        {known.length > 0 && ` · ${sizeWords(total, language)}`}
        {known.length < files.length && ` · ${words.preview.later(files.length - known.length)}`}
      </summary>
      <table>
        <tbody>
          {files.map(({ path, sizeBytes }) => (
            <tr key={path}>
              <th scope="row">{path}</th>
              <td className="number">
                {sizeBytes === undefined ? words.preview.sizeLater : sizeWords(sizeBytes, language)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

import { Refusal, Unreachable } from '../api/client.ts';
import { useWords } from '../app/settings.tsx';

/** What went wrong, in plain words with the code; nothing when nothing did. */
export function Problem({ error }: { readonly error: unknown }) {
  const { app } = useWords();
  if (error === undefined) return null;
  const said =
    error instanceof Refusal
      ? `${error.message} (${error.code})`
      : error instanceof Unreachable
        ? app.unreachable
        : error instanceof Error
          ? error.message
          : String(error);
  const faults = error instanceof Refusal ? error.faults : [];
  return (
    <div className="problem" role="alert">
      {said}
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

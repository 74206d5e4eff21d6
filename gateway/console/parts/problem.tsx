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
  return (
    <p className="problem" role="alert">
      {said}
    </p>
  );
}

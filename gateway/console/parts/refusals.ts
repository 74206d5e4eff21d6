import { ERRORS } from '../../errors.ts';
import { useSettings } from '../app/settings.tsx';

/** The gateway's own sentence for a code that stands in an answer; the code itself where it has none. */
export function useRefusalWords(): (code: string) => string {
  const { language } = useSettings();
  return (code) => (code in ERRORS ? ERRORS[code as keyof typeof ERRORS][language] : code);
}

// What a wrong call is told of the usage: the lines of the command that was meant, and where the others are.

/** The lines that begin with the most words of the call; where none does, the names of the sub-commands. */
export function shortUsage(args: readonly string[], usage: string): string {
  const lines = usage.split('\n').filter((line) => line.startsWith('differe '));
  const calls = lines.map((line) => ({ line, words: namesOf(line) }));
  const known = (words: readonly string[]): number => {
    const other = words.findIndex((word, at) => word !== args[at]);
    return other < 0 ? words.length : other;
  };
  const most = Math.max(...calls.map(({ words }) => known(words)));
  const meant = calls.filter(({ words }) => known(words) === most).map(({ line }) => line);
  const [room = ''] = /^differe [a-z]+/.exec(usage) ?? ['differe'];
  const names = [...new Set(calls.flatMap(({ words }) => words.slice(0, 1)))];
  const shown = most === 0 && names.length > 1 ? [`${room} ${names.join(' / ')}`] : meant;
  return `Usage:\n${shown.join('\n')}\n\n${room} --help: the whole of it`;
}

/** The words of a usage line that stand for themselves, after the name of the command. */
function namesOf(line: string): readonly string[] {
  const words = (line.split(/\s{2,}/)[0] ?? '').split(' ').slice(2);
  const end = words.findIndex((word) => !/^[a-z][a-z-]*,?$/.test(word));
  return end < 0 ? words : words.slice(0, end);
}

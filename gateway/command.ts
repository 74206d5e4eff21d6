/** Where a command writes: results to `out` (stdout), words for people to `err` (stderr). */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

/** 0 done, 1 the answer is no, 2 called wrongly, 3 failed. */
export type ExitCode = 0 | 1 | 2 | 3;

/** One `differe` command; `args` are the words after its name. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<ExitCode>;

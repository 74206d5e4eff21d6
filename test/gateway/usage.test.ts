import { expect, it } from 'vitest';
import { caseCommand } from '../../gateway/case-commands.ts';
import { AppError } from '../../gateway/errors.ts';
import { reportOf } from '../../gateway/report-error.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { shortUsage } from '../../gateway/usage.ts';

const USAGE = `differe room make FILE [--out FILE]    makes it
    FILE: of whatever kind
differe room pack --out DIR
differe room pack verify DIR   offline
differe room dossier new --out FILE
differe room dossier sign --key KEY FILE`;
const linesOf = (args: readonly string[]): readonly string[] => {
  const [title, ...lines] = shortUsage(args, USAGE).split('\n');
  expect([title, lines.pop(), lines.pop()]).toEqual(['Usage:', 'differe room --help: the whole of it', '']);
  return lines.map((line) => line.replace(/ {2,}.*/, ''));
};

it('a wrong call is told the line of the command that was meant, or the names of all', () => {
  expect(linesOf(['make', '--wrong'])).toEqual(['differe room make FILE [--out FILE]']);
  expect(linesOf(['pack', 'verify', 'a', 'b'])).toEqual(['differe room pack verify DIR']);
  expect(linesOf(['dossier', 'sign'])).toEqual(['differe room dossier sign --key KEY FILE']);
  expect(linesOf(['dossier', 'burn'])).toEqual([
    'differe room dossier new --out FILE',
    'differe room dossier sign --key KEY FILE',
  ]);
  for (const args of [[], ['burn']]) expect(linesOf(args)).toEqual(['differe room make / pack / dossier']);
  expect(shortUsage(['burn'], 'differe COMMAND ...\n  serve  the gateway')).toBe(
    'Usage:\ndiffere COMMAND ...\n\ndiffere --help: the whole of it',
  );
});

it('what is wrong comes first and is not drowned: six lines in all, and every one with --help', async () => {
  for (const [command, args] of [
    [requisitionCommand, ['schedule']],
    [requisitionCommand, ['keygen', '--role', 'banana']],
    [caseCommand, ['burn']],
  ] as const) {
    const err: string[] = [];
    const io = { out: () => undefined, err: (text: string) => void err.push(text) };
    expect(await command(args, io)).toBe(2);
    expect(err.join('\n').split('\n')).toHaveLength(6);
    err.length = 0;
    expect(await command(['--help'], io)).toBe(0);
    expect(err.join('\n').split('\n').length).toBeGreaterThan(6);
  }
});

it('LOG-08: a refusal is reported in its sentences, a failure by its place and never by its words', () => {
  const refused = reportOf(new AppError('E_REQ_REVOKED'));
  expect(refused).toMatch(/^E_REQ_REVOKED: .+\n.+$/);
  const failed = reportOf(new TypeError('PV-2026-000042'));
  expect(failed).toMatch(/^TypeError\n +at /);
  expect(failed).not.toContain('PV-2026');
  expect(reportOf(new AppError('E_LOG_DOWN'))).toMatch(/^E_LOG_DOWN\n +at /);
});

import { sha256Hex } from '../canonical.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { constructionFaults } from './construction.ts';
import { type Card, contractFaults } from './contract.ts';
import { fingerprintFaults } from './fingerprints.ts';
import { gateFaults } from './gates.ts';
import { labelFaults } from './labels.ts';
import { readOnnx } from './onnx-file.ts';
import { outputsOf } from './outputs.ts';
import { codeOf, MOST_REASONS, type Reason, reasonOf, unique } from './reasons.ts';
import { inferShapes } from './shapes.ts';
import { signsOf } from './signs.ts';

/** What the gate says of a file. */
export interface Verdict {
  readonly admitted: boolean;
  /** Code of the gravest reason; undefined when there is none. */
  readonly code: ErrorCode | undefined;
  readonly reasons: readonly Reason[];
}

/**
 * Steps G1 to G6 on the bytes of a file: nothing is loaded and nothing is run. `card` is the one that the file is brought with or found
 * under; without one there is no vocabulary, which is a reason of its own (E_GATE_LABEL), and the structure is judged all the same.
 * Never throws, whatever the bytes are.
 */
export function inspect(bytes: Uint8Array, card: Card | undefined): Verdict {
  const reasons: Reason[] = [...structureOf(bytes, card)];
  if (card === undefined) {
    reasons.push({ code: 'E_GATE_LABEL', detail: 'no card has this digest: nothing says what the network names' });
  } else if (card.sha256 !== sha256Hex(bytes)) {
    reasons.push({ code: 'E_GATE_HASH', detail: `the card of ${card.name} is of another file` });
  }
  const distinct = unique(reasons);
  return { admitted: distinct.length === 0, code: codeOf(distinct), reasons: distinct.slice(0, MOST_REASONS) };
}

/** Throws the gravest fault of a file that is brought with this card; all of them stand in the detail. For what is about to be loaded. */
export function demandAdmitted(card: Card, bytes: Uint8Array): void {
  const { code, reasons } = inspect(bytes, card);
  if (code === undefined) return;
  throw new AppError(code, {
    subject: sha256Hex(bytes),
    detail: `${card.name}: ${reasons.map(({ detail }) => detail).join('; ')}`.slice(0, 2000),
  });
}

function structureOf(bytes: Uint8Array, card: Card | undefined): readonly Reason[] {
  try {
    const file = readOnnx(bytes);
    const inferred = inferShapes(file);
    const outputs = outputsOf(file, inferred);
    return [
      ...constructionFaults(file, inferred),
      ...contractFaults(file, outputs, card),
      ...gateFaults(outputs),
      ...signsOf(file, outputs, inferred, card),
      ...labelFaults(file, card),
      ...fingerprintFaults(file),
    ];
  } catch (error) {
    return [reasonOf(error)];
  }
}

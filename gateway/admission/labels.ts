import { FORBIDDEN_LABELS } from '../vocabulary.ts';
import type { Card } from './contract.ts';
import type { OnnxFile } from './onnx-file.ts';
import type { Reason } from './reasons.ts';

// G5: what the network can name. The card is checked when it is read (card.ts, crop-card.ts: every label in the vocabulary); here, that
// the file does not say otherwise.

const LABEL_KEYS = /^(labels|names|classes|class_names|categories|id2label|label_map)$/i;

export function labelFaults(file: OnnxFile, card: Card | undefined): readonly Reason[] {
  const found: Reason[] = [];
  for (const { key, value } of file.metadata.filter((entry) => LABEL_KEYS.test(entry.key))) {
    const labels = labelsIn(value);
    const forbidden = labels.filter((label) => isForbidden(label));
    for (const label of forbidden)
      found.push({ code: 'E_GATE_LABEL', detail: `the file names ${label.slice(0, 40)}, which no network may name` });
    if (card !== undefined && JSON.stringify(labels) !== JSON.stringify(card.labels)) {
      found.push({ code: 'E_GATE_LABEL', detail: `${key} in the file are not the labels of the card` });
    }
  }
  return found;
}

const isForbidden = (label: string): boolean => {
  const words = label.toLowerCase().split(/[^\p{L}]+/u);
  return FORBIDDEN_LABELS.some((word) => words.includes(word));
};

/** A list in JSON, a dictionary from number to name as Python prints it, or words between commas. */
function labelsIn(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map(String);
    if (typeof value === 'object' && value !== null) return Object.values(value).map(String);
  } catch {
    // Not JSON: one of the other two.
  }
  const quoted = [...text.matchAll(/(?<!\d)\d{1,6}\s*:\s*(['"])(.*?)\1/g)].map(([, , name = '']) => name);
  return quoted.length > 0 ? quoted : text.split(/[,\n;]/).map((word) => word.trim());
}

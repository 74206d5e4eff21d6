import type { OnnxFile } from './onnx-file.ts';
import type { Reason } from './reasons.ts';
import { type Inferred, MOST_ELEMENTS } from './shapes.ts';

// G1 and G2: what the file is made of. Nothing here asks what the network does.

/** Multiply-adds of one run; YOLOX-x at 640 needs 1.4 x 10^11. */
const MOST_WORK = 5e11;
const OPSETS = { least: 7, most: 25 };
const DOMAINS = ['', 'ai.onnx'];

/** Operators, domains, outside data, things that no network of ours has, and what one run costs. */
export function constructionFaults(file: OnnxFile, inferred: Inferred): readonly Reason[] {
  const faults: Reason[] = [];
  const refuse = (code: Reason['code'], detail: string): void => void faults.push({ code, detail });
  for (const { domain, version } of file.opsets) {
    if (!DOMAINS.includes(domain)) refuse('E_GATE_OP', `operator set of the domain ${domain.slice(0, 40)}`);
    else if (version < OPSETS.least || version > OPSETS.most) refuse('E_GATE_OP', `operator set ${version}`);
  }
  for (const { op, domain } of file.graph.nodes) {
    if (!DOMAINS.includes(domain))
      refuse('E_GATE_OP', `operator ${op.slice(0, 40)} of the domain ${domain.slice(0, 40)}`);
  }
  for (const { node, code, why } of inferred.unknown) refuse(code, `${node.op.slice(0, 40)}: ${why}`);
  for (const what of file.strange) refuse('E_GATE_OP', what);
  const outside = file.tensors.filter(({ isExternal }) => isExternal);
  if (outside.length > 0) {
    refuse('E_GATE_OP', `${outside.length} tensors whose data lies outside the file (first: ${outside[0]?.place})`);
  }
  for (const { type, place } of file.tensors) {
    if (type === 8) refuse('E_GATE_OP', `text in a tensor (${place})`);
  }
  for (const { kind, name } of [...file.graph.inputs, ...file.graph.outputs]) {
    if (kind !== 'tensor') refuse('E_GATE_OP', `${name.slice(0, 40)} is no tensor but ${kind}`);
  }
  refuseWiring(file, refuse);
  if (inferred.largest > MOST_ELEMENTS) refuse('E_GATE_CONTRACT', `a value of ${inferred.largest} elements`);
  if (inferred.work > MOST_WORK) refuse('E_GATE_CONTRACT', `${inferred.work.toExponential(1)} multiply-adds a run`);
  return faults;
}

/** Each value has one maker, and nothing is read before it is made: else two readers of the file could see two graphs. */
function refuseWiring({ graph }: OnnxFile, refuse: (code: Reason['code'], detail: string) => void): void {
  const made = new Set([...graph.initializers, ...graph.inputs].map(({ name }) => name));
  const weights = new Set<string>();
  for (const { name } of graph.initializers) {
    if (weights.has(name)) refuse('E_GATE_PARSE', 'two initialisers of one name');
    weights.add(name);
  }
  for (const { op, inputs, outputs } of graph.nodes) {
    if (inputs.some((name) => name !== '' && !made.has(name)))
      refuse('E_GATE_PARSE', `${op} reads what is not there yet`);
    for (const name of outputs) {
      if (name === '') continue;
      if (made.has(name)) refuse('E_GATE_PARSE', `${op} makes what is there already`);
      made.add(name);
    }
  }
  for (const { name } of graph.outputs) if (!made.has(name)) refuse('E_GATE_PARSE', 'an output that nothing makes');
}

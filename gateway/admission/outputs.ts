import type { OnnxFile, OnnxValue } from './onnx-file.ts';
import { type Inferred, isCollapsed, type Value } from './shapes.ts';

/** One output of the graph, as it is declared and as it is. */
export interface Output {
  readonly name: string;
  readonly declared: OnnxValue;
  /** Undefined where it could not be established. */
  readonly value: Value | undefined;
  /** The shape that is known best: the true one, else the declared one. */
  readonly dims: readonly (number | undefined)[];
  /** About the picture as a whole: a vector. */
  readonly isVector: boolean;
  /** Places of the picture that it tells apart, at most; undefined where it could not be established. */
  readonly places: number | undefined;
}

export function outputsOf({ graph }: OnnxFile, { values }: Inferred): readonly Output[] {
  return graph.outputs.map((declared) => {
    const value = values.get(declared.name);
    const dims = value?.dims ?? declared.dims ?? [];
    const large = dims.filter((size) => size !== 1).length;
    return {
      name: declared.name,
      declared,
      value,
      dims,
      // Where nothing is established, what has one side only is a vector.
      isVector: value === undefined ? dims.length > 0 && large <= 1 : isCollapsed(value),
      places: value?.places,
    };
  });
}

/** Columns of a list of boxes `[1, N, columns]`. */
export const columnsOf = ({ dims }: Output): number | undefined => (dims.length === 3 ? dims[2] : undefined);

export const said = (dims: readonly (number | undefined)[]): string => dims.map((size) => size ?? '?').join(' x ');

import { OptionError } from '../../../errors';
import type { OnnxInitializer, OnnxModel, OnnxNode, OnnxValue } from './onnx-model';

/** Operations that pass a tensor on unchanged at inference, but for its element type. */
const TRANSPARENT = new Set(['Identity', 'Cast', 'Dropout']);

/** A model's nodes by the tensors that they read and write. */
export class OnnxGraph {
  /** The model itself. */
  readonly model: OnnxModel;
  readonly #producers = new Map<string, OnnxNode>();
  readonly #consumers = new Map<string, OnnxNode[]>();

  /** Indexes a model. */
  constructor(model: OnnxModel) {
    this.model = model;
    for (const node of model.nodes) {
      for (const output of node.outputs) if (output !== '') this.#producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const consumers = this.#consumers.get(input);
        if (consumers) consumers.push(node);
        else this.#consumers.set(input, [node]);
      }
    }
  }

  /** The node that writes a tensor. */
  producer(tensor: string | undefined): OnnxNode | undefined {
    return tensor === undefined ? undefined : this.#producers.get(tensor);
  }

  /** The node that computes a tensor, behind casts and copies. */
  origin(tensor: string | undefined): OnnxNode | undefined {
    let node = this.producer(tensor);
    // A damaged graph may run in circles.
    for (let step = 0; node && TRANSPARENT.has(node.opType) && step < 8; step++) {
      node = this.producer(node.inputs[0]);
    }
    return node;
  }

  /** The nodes that read a tensor, in order. */
  consumers(tensor: string): readonly OnnxNode[] {
    return this.#consumers.get(tensor) ?? [];
  }

  /** Shape and, when small and whole-numbered, values of a tensor that no input changes; null for any other. */
  constant(tensor: string | undefined): { dims: readonly number[]; values: readonly number[] | null } | null {
    let name = tensor;
    for (let step = 0; name !== undefined && step < 8; step++) {
      const weight: OnnxInitializer | undefined = this.model.initializers.get(name);
      if (weight) return weight;
      const node = this.producer(name);
      if (node?.opType === 'Constant') {
        return { dims: node.constantDims ?? [], values: node.attributes.get('value') ?? null };
      }
      if (!node || !TRANSPARENT.has(node.opType)) return null;
      name = node.inputs[0];
    }
    return null;
  }

  /** What the file says of a tensor. */
  value(tensor: string): OnnxValue | undefined {
    return this.model.values.get(tensor);
  }

  /** True when the graph has a tensor of that name. */
  has(tensor: string): boolean {
    return (
      this.#producers.has(tensor) ||
      this.model.initializers.has(tensor) ||
      this.model.inputs.some(({ name }) => name === tensor)
    );
  }

  /** Every node that the tensors depend on, through subgraphs too. */
  ancestors(tensors: Iterable<string>): Set<OnnxNode> {
    const found = new Set<OnnxNode>();
    const queue = [...tensors];
    for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
      const node = this.#producers.get(tensor);
      if (!node || found.has(node)) continue;
      found.add(node);
      queue.push(...node.inputs, ...node.captured);
    }
    return found;
  }

  /**
   * Checks that a tensor chosen by name exists, and that its shape has the right rank where the file states it.
   *
   * @throws {@link OptionError} when not: names the option.
   */
  checkChoice(option: string, tensor: string, ranks?: readonly number[]): void {
    const { file, outputs } = this.model;
    if (!this.#producers.has(tensor)) {
      throw new OptionError(
        `${option}: expected the name of a tensor that ${file} computes, received "${tensor}". Its outputs are ${quoted(outputs.map(({ name }) => name))}.`,
      );
    }
    const shape = this.value(tensor)?.shape;
    if (ranks && shape && !ranks.includes(shape.length)) {
      throw new OptionError(
        `${option}: expected a tensor of ${ranks.join(' or ')} axes, received "${tensor}" [${shape.join(', ')}] of ${file}.`,
      );
    }
  }
}

/** Names for an error: the first few in quotes. */
export function quoted(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  if (names.length > most) shown.push(`and ${names.length - most} more`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}

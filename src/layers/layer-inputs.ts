import { Tensor } from '@tensorflow/tfjs-core';
import { type Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BackendError, ShapeError } from '../errors';

/** The one item of what tfjs hands to a layer with one input: the item itself or a list of it. */
export function single<T>(items: T | T[]): T {
  return Array.isArray(items) ? (items[0] as T) : items;
}

/**
 * Checks the inputs of a cross-attention layer: ranks, and the axes that must agree.
 *
 * Unknown dimensions (null) agree with anything.
 *
 * @throws {@link ShapeError} naming the layer, what it expected and what it received
 */
export function checkAttentionShapes(
  layerName: string,
  inputShape: Shape | Shape[],
): [query: Shape, context: Shape] {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
  const fail = (expected: string): never => {
    throw new ShapeError(`Layer ${layerName}: expected ${expected}, received ${show(shapes)}.`);
  };
  const [query, context, mask] = shapes;
  if (!query || !context || shapes.length > 3)
    return fail('inputs [query, context] or [query, context, paddingMask]');
  if (query.length !== 2 && query.length !== 3) fail('a query [batch, regions, dim] or [batch, dim]');
  if (context.length !== 3) fail('a context [batch, tokens, dim]');
  if (mask?.length === 3) {
    fail('a paddingMask [batch, tokens] as third input; keys and values both come from the context');
  }
  if (mask && mask.length !== 2) fail('a paddingMask [batch, tokens]');
  if (differ(query[0], context[0])) fail('query and context of one batch size');
  if (mask && (differ(context[0], mask[0]) || differ(context[1], mask[1]))) {
    fail("a paddingMask of the context's batch and tokens");
  }
  return [query, context];
}

/**
 * Checks the inputs of a layer that reads both halves of a post and whether they are there: ranks, and the axes that must agree.
 *
 * Unknown dimensions (null) agree with anything.
 *
 * @returns the widths, which must be known
 * @throws {@link ShapeError} naming the layer, what it expected and what it received
 */
export function checkHalfShapes(
  layerName: string,
  inputShape: Shape | readonly Shape[],
): { readonly textDim: number; readonly imageDim: number } {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
  const fail = (expected: string): never => {
    throw new ShapeError(`Layer ${layerName}: expected ${expected}, received ${show(shapes)}.`);
  };
  const names = 'tokens, paddingMask, regions, textPresent, imagePresent';
  if (shapes.map(({ length }) => length).join() !== '3,2,3,2,2')
    return fail(`inputs [${names}] of the ranks 3, 2, 3, 2, 2`);
  const [tokens, mask, regions, text, image] = shapes as [Shape, Shape, Shape, Shape, Shape];
  if (shapes.some(([batch]) => differ(batch, tokens[0]))) fail(`${names} of one batch size`);
  if (differ(tokens[1], mask[1])) fail("a paddingMask of the tokens' length");
  if (tokens[1] === 0) fail('tokens of at least one position');
  if (differ(text[1], 1) || differ(image[1], 1)) fail('textPresent and imagePresent [batch, 1]');
  const [textDim, imageDim] = [tokens[2], regions[2]];
  if (textDim == null || imageDim == null) return fail('tokens and regions whose last axis is known');
  return { textDim, imageDim };
}

/** Whether two dimensions are known and not the same. */
function differ(a: number | null | undefined, b: number | null | undefined): boolean {
  return a != null && b != null && a !== b;
}

function show(shapes: readonly Shape[]): string {
  return shapes.map((shape) => `[${shape.map((size) => size ?? '?').join(', ')}]`).join(', ');
}

/**
 * Refuses inputs that were made by another copy of TensorFlow.js, where tfjs itself would fail far from the cause.
 *
 * @throws {@link BackendError} naming the package that is there twice and the command that shows it
 */
export function assertOneTfjs(layerName: string, inputs: unknown): void {
  for (const input of Array.isArray(inputs) ? inputs : [inputs]) {
    if (input instanceof SymbolicTensor || input instanceof Tensor) continue;
    const kind = (input as object | null)?.constructor?.name;
    // Minified builds lose class names, so a foreign symbolic tensor is also known by its fields.
    const isForeign =
      kind === 'SymbolicTensor' || (typeof input === 'object' && input !== null && 'sourceLayer' in input);
    if (isForeign) {
      throw new BackendError(
        `Layer ${layerName}: expected inputs made by the copy of @tensorflow/tfjs-layers that mvsa-fusion uses, ` +
          'received one made by another copy. Two copies are installed: run `npm ls @tensorflow/tfjs-layers`, then ' +
          'align the versions and run `npm dedupe`.',
      );
    }
  }
}

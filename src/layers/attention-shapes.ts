import type { Shape } from '@tensorflow/tfjs-layers';
import { ShapeError } from '../errors';

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
  const received = shapes.map((shape) => `[${shape.map((size) => size ?? '?').join(', ')}]`).join(', ');
  const fail = (expected: string): never => {
    throw new ShapeError(`Layer ${layerName}: expected ${expected}, received ${received}.`);
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
  const differ = (a: number | null | undefined, b: number | null | undefined) =>
    a != null && b != null && a !== b;
  if (differ(query[0], context[0])) fail('query and context of one batch size');
  if (mask && (differ(context[0], mask[0]) || differ(context[1], mask[1]))) {
    fail("a paddingMask of the context's batch and tokens");
  }
  return [query, context];
}

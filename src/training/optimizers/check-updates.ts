import { OptionError, ShapeError } from '../../errors';
import type { ParameterUpdate } from './optimizer';

/**
 * Refuses a list of updates of which one cannot be made, before any is.
 *
 * @param rememberedShape the shape that an earlier step, or a restored state, knows a weight by
 */
export function checkUpdates(
  updates: readonly ParameterUpdate[],
  rememberedShape: (name: string) => readonly number[] | undefined,
): void {
  const seen = new Set<string>();
  for (const { name, variable, gradient, learningRate, weightDecay } of updates) {
    if (seen.has(name)) {
      throw new OptionError(
        `update: expected every weight once, received "${name}" twice. Give each its own name.`,
      );
    }
    seen.add(name);
    for (const [option, value] of Object.entries({ learningRate, weightDecay })) {
      if (!(value >= 0 && Number.isFinite(value))) {
        throw new OptionError(
          `update of "${name}": expected ${option} to be finite and at least 0, received ${value}.`,
        );
      }
    }
    for (const [part, dtype] of [
      ['weight', variable.dtype],
      ['gradient', gradient.dtype],
    ]) {
      if (dtype !== 'float32')
        throw new ShapeError(`update of "${name}": expected a ${part} of float32, received ${dtype}.`);
    }
    checkShape(name, 'its gradient', variable.shape, gradient.shape);
    checkShape(name, "the optimizer's state", variable.shape, rememberedShape(name));
  }
}

function checkShape(
  name: string,
  what: string,
  expected: readonly number[],
  received: readonly number[] | undefined,
): void {
  if (
    received &&
    (received.length !== expected.length || received.some((length, at) => length !== expected[at]))
  ) {
    throw new ShapeError(
      `update of "${name}": expected ${what} to have the weight's shape [${expected}], received [${received}].`,
    );
  }
}

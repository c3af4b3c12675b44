import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors';
import { learningRateAt, type Schedule } from '../../../src/training/optimizers/learning-rate-schedule';
import fixture from '../../fixtures/training.json';

describe('learningRateAt', () => {
  test.each(fixture.schedules.map((stored) => [stored.name, stored] as const))(
    'equals transformers at every step: %s',
    (_name, { schedule, totalSteps, factors }) => {
      expect(factors).toHaveLength(totalSteps + 1);
      for (const [step, factor] of factors.entries()) {
        const received = learningRateAt(schedule as Schedule, step, totalSteps);
        expect(Math.abs(received - factor), `step ${step}`).toBeLessThan(1e-15);
      }
    },
  );

  test('stays in [0, 1]', () => {
    for (const kind of ['constant', 'linear', 'cosine'] as const) {
      for (let step = 0; step <= 997; step++) {
        const factor = learningRateAt({ kind, warmupShare: 0.13 }, step, 997);
        expect(factor >= 0 && factor <= 1).toBe(true);
      }
    }
  });

  test.each([
    [{ kind: 'step' }, 0, 10, /kind .*constant, linear, cosine, received 'step'/],
    [{ kind: 'linear', warmupSteps: 1, warmupShare: 0.1 }, 0, 10, /received both \(1 and 0.1\)/],
    [{ kind: 'linear', warmupSteps: 11 }, 0, 10, /warmupSteps .* 10 steps, received 11/],
    [{ kind: 'linear', warmupSteps: 1.5 }, 0, 10, /received 1.5/],
    [{ kind: 'linear', warmupSteps: -1 }, 0, 10, /received -1/],
    [{ kind: 'linear', warmupShare: 1.1 }, 0, 10, /warmupShare in \[0, 1\], received 1.1/],
    [{ kind: 'linear', warmupShare: Number.NaN }, 0, 10, /warmupShare .* received NaN/],
    [{ kind: 'cosine', finalShare: -0.1 }, 0, 10, /finalShare in \[0, 1\]/],
    [{ kind: 'constant', finalShare: 0.1 }, 0, 10, /finalShare .* constant/],
    [{ kind: 'cosine', warmup: 3 }, 0, 10, /received "warmup"/],
    [{ kind: 'cosine' }, 11, 10, /step .* \(10\), received 11/],
    [{ kind: 'cosine' }, -1, 10, /received -1/],
    [{ kind: 'cosine' }, 0.5, 10, /received 0.5/],
    [{ kind: 'cosine' }, 0, 0, /totalSteps .* received 0/],
    [undefined, 0, 10, /expected an object of options .*received undefined/],
  ] as const)('refuses %j at step %d of %d', (schedule, step, totalSteps, message) => {
    expect(() => learningRateAt(schedule as Schedule, step, totalSteps)).toThrow(OptionError);
    expect(() => learningRateAt(schedule as Schedule, step, totalSteps)).toThrow(message);
  });
});

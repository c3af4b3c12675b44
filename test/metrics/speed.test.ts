import { expect, test } from 'vitest';
import { classificationReport, confusionMatrix } from '../../src/metrics';

test('a million labels take well under a second', () => {
  const trueLabels = Int32Array.from({ length: 1e6 }, (_, index) => index % 3);
  const predictedLabels = Int32Array.from({ length: 1e6 }, (_, index) => ((index * 7) % 5) % 3);
  const start = performance.now();
  confusionMatrix(trueLabels, predictedLabels, { numClasses: 3 });
  classificationReport(trueLabels, predictedLabels);
  expect(performance.now() - start).toBeLessThan(1000);
});

import { expect, test } from 'vitest';
import { classificationReport, confusionMatrix, confusionMatrixAccumulator } from '../../src/metrics';

const trueLabels = Int32Array.from({ length: 1e6 }, (_, index) => index % 3);
const predictedLabels = Int32Array.from({ length: 1e6 }, (_, index) => ((index * 7) % 5) % 3);

test('a million labels take well under a second', () => {
  const start = performance.now();
  confusionMatrix(trueLabels, predictedLabels, { numClasses: 3 });
  classificationReport(trueLabels, predictedLabels);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('a million updates of one sample take well under a second', () => {
  const start = performance.now();
  const counted = confusionMatrixAccumulator({ numClasses: 3 });
  for (let sample = 0; sample < trueLabels.length; sample++) {
    counted.update(trueLabels[sample] as number, predictedLabels[sample] as number);
  }
  expect(performance.now() - start).toBeLessThan(1000);
  expect(counted.matrix()).toEqual(confusionMatrix(trueLabels, predictedLabels, { numClasses: 3 }));
});

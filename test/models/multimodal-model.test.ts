import { describe, expect, it } from 'vitest';
import { compactImageEncoder, fusionClassifier, multimodalModel } from '../../src/models';
import { useBackend } from '../support/use-backend';

useBackend();

const SIZES = { textDim: 13, imageDim: 11, projectionDim: 8, numHeads: 2, auxiliaryHeads: true };

describe('multimodalModel', () => {
  it('takes the inputs of the classifier itself for streams without an encoder', () => {
    const model = multimodalModel({ classifier: fusionClassifier(SIZES) });
    expect(model.inputNames).toEqual(['tokens', 'paddingMask', 'regions']);
    expect(model.inputs.map(({ shape }) => shape)).toEqual([
      [null, null, 13],
      [null, null],
      [null, null, 11],
    ]);
    expect(model.outputNames.map((name) => name.split('/')[0])).toEqual([
      'logits',
      'textLogits',
      'imageLogits',
    ]);
  });

  it('joins frozen tokens with an image encoder that is trained', () => {
    const model = multimodalModel({
      imageEncoder: compactImageEncoder({ imageSize: 56, dim: 11 }),
      classifier: fusionClassifier({ ...SIZES, numRegions: 49 }),
    });
    expect(model.inputNames).toEqual(['tokens', 'paddingMask', 'image']);
  });
});

import { describe, expect, it } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors';
import {
  compactImageEncoder,
  compactTextEncoder,
  fusionClassifier,
  multimodalModel,
  wideTextClassifier,
} from '../../src/models';
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

  const classifier = () => fusionClassifier({ ...SIZES, numRegions: 49 });
  const text = (dim: number) => compactTextEncoder({ gramsPerToken: 3, buckets: 17, dim });
  it.each<[string, () => object, RegExp]>([
    [
      'a text encoder of another width',
      () => ({ textEncoder: text(12) }),
      /tokens to be \[\?, \?, 13\].*\[\?, \?, 12\]/,
    ],
    [
      'an image encoder of another width',
      () => ({ imageEncoder: compactImageEncoder({ dim: 13 }) }),
      /\[\?, 49, 13\]/,
    ],
    [
      'an image encoder of other regions',
      () => ({ imageEncoder: compactImageEncoder({ dim: 11, grid: 4 }) }),
      /\[\?, 16, 11\]/,
    ],
    [
      'encoders that are swapped',
      () => ({ textEncoder: compactImageEncoder({ dim: 11 }) }),
      /\[\?, 49, 11\]/,
    ],
    [
      'a wide path of other classes',
      () => ({ wideTextClassifier: wideTextClassifier({ buckets: 17, maxGrams: 5, numClasses: 4 }) }),
      /wide path's logits to be \[\?, 3\].*\[\?, 4\]/,
    ],
  ])('refuses %s', (_what, parts, message) => {
    const build = () => multimodalModel({ classifier: classifier(), ...parts() });
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  });

  it.each([{}, { classifier: 'fusion' }, { classifier: null }])(
    'refuses %j in place of a classifier',
    (parts) => {
      expect(() => multimodalModel(parts as never)).toThrow(OptionError);
      expect(() => multimodalModel(parts as never)).toThrow(/classifier to be a tfjs model, received/);
    },
  );
});
